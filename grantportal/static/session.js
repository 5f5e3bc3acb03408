// Five minutes before the session ends the page says so, with a button that prolongs it.
import { forgetAll } from './copies.js'

const BEFORE = 5 * 60
const SOON = 10 * 60
const LATER = 20
const box = document.querySelector('[data-session]')
const { url, signIn } = box.dataset
const CLOCK = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Stockholm', hour: '2-digit', minute: '2-digit' })
const ASKS = { Accept: 'application/json' }

let timer

const wait = (seconds, act) => {
  clearTimeout(timer)
  timer = setTimeout(act, Math.max(seconds, 1) * 1000)
}

function say(text, ...more) {
  const words = document.createElement('p')
  words.className = 'govuk-body bp-0'
  words.append(text)
  box.replaceChildren(words, ...more)
  box.hidden = false
}

function button(label, act) {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = 'govuk-button bp-0'
  made.textContent = label
  made.addEventListener('click', act)
  return made
}

function link() {
  const made = document.createElement('a')
  made.className = 'govuk-link'
  made.href = signIn
  made.target = '_blank'
  made.textContent = 'Logga in i en ny flik'
  return made
}

function follow({ person, seconds, prolongs, token }) {
  if (!person) {
    say('Du är utloggad. Det som står på sidan är kvar.', link())
    wait(LATER, ask)
    return
  }
  if (token) for (const field of document.querySelectorAll('input[name=csrf_token]')) field.value = token
  if (seconds > BEFORE) {
    box.hidden = true
    box.replaceChildren()
    wait(seconds - BEFORE, ask)
    return
  }
  const end = CLOCK.format(new Date(Date.now() + seconds * 1000))
  if (prolongs) say(`Du loggas ut kl. ${end} om du inte gör något.`, button('Fortsätt vara inloggad', prolong))
  else say(`Du har varit inloggad länge och loggas ut kl. ${end}. Det du skriver sparas hela tiden.`, link())
  wait(Math.min(seconds, LATER), ask)
}


async function ask() {
  try {
    follow(await (await fetch(url, { headers: { ...ASKS, 'X-Portal-Poll': '1' } })).json())
  } catch {
    wait(LATER, ask)
  }
}

async function prolong() {
  const body = new FormData()
  body.set('csrf_token', document.querySelector('input[name=csrf_token]').value)
  try {
    follow(await (await fetch(url, { method: 'POST', body, headers: ASKS })).json())
  } catch {
    wait(LATER, ask)
  }
}

for (const form of document.querySelectorAll('form[data-sign-out]')) form.addEventListener('submit', (event) => { if (!event.defaultPrevented) forgetAll() })
// The machine's clock may be wrong: the server is asked before long.
wait(Math.min(Number(box.dataset.ends) - Date.now() / 1000 - BEFORE, SOON), ask)
