// Saves while the person writes, by the same form as the button. Nothing typed is lost: what could not be saved stays here
// and in the browser's own copy and is tried again, and the page says so. Without a script the buttons do the same.
import { forgetAll, open } from './copies.js'

const WAIT = 1000
const AGAIN = 5000
const LOOK = 15000
const LOOK_SOON = 3000
const PATIENCE = 20000
const TELL_EVERY = 60000

const form = document.querySelector('form[data-autosave]')
const shown = document.querySelector('[data-save-state]')
const told = document.querySelector('[data-save-told]')
const people = document.querySelector('[data-others]')
const { autosave: url, person, lock, signIn } = form.dataset
// Whoever is signed in when the text arrives must be the one who wrote it.
const ASKS = { Accept: 'application/json', 'X-Portal-Person': person }
// A page that shows a clash saves by its button only: which text is to stand is a choice.
const paused = 'paused' in form.dataset

let timer
let line = Promise.resolve()
let savedAt = ''
let out = false
let goingOn = false
let last = null
let sent = {}
let copies = null
let toldAt = 0
let wasTrouble = false
let taking = false
let wrong = 0

// --- What is in the form, and what of it the server has ---------------------------------------------------------------

const isAnswer = (field) => field.name && !field.name.startsWith('valj-') && !['hidden', 'submit', 'button', 'fieldset'].includes(field.type)
const answers = () => [...form.elements].filter(isAnswer)
const named = (name) => answers().filter((field) => field.name === name)
const stampFields = () => [...form.querySelectorAll('input[type=hidden]')].filter((field) => field.name !== 'csrf_token')
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)

function snapshot() {
  const data = new FormData(form)
  return Object.fromEntries([...new Set(answers().map((field) => field.name))].map((name) => [name, data.getAll(name)]))
}

let base = paused || 'unsaved' in form.dataset ? {} : snapshot()
const unsaved = (now = snapshot()) => Object.keys(now).filter((name) => !same(now[name], base[name]))

function setToken(token) {
  for (const field of document.querySelectorAll('input[name=csrf_token]')) field.value = token
}

// --- What the page says -----------------------------------------------------------------------------------------------

function say(text, { bad = false, symbol = '', aloud = true } = {}) {
  shown.classList.toggle('bp-save--bad', bad)
  shown.replaceChildren()
  if (symbol) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    svg.setAttribute('class', 'bp-sym')
    svg.setAttribute('viewBox', '0 0 16 16')
    svg.setAttribute('aria-hidden', 'true')
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
    use.setAttribute('href', `#s-${symbol}`)
    svg.append(use)
    shown.append(svg, ' ')
  }
  const words = document.createElement('span')
  words.append(...[text].flat())
  shown.append(words)
  if (aloud) tell(words.textContent, bad)
}

// Read aloud at the first save and at trouble, else at most once a minute.
function tell(text, bad) {
  const due = bad ? text !== told.textContent : wasTrouble || !toldAt || Date.now() - toldAt >= TELL_EVERY
  if (!due) return
  wasTrouble = bad
  toldAt = Date.now()
  told.textContent = text
}

const trouble = (...why) => say(
  [`${savedAt ? `Inte sparat sedan ${savedAt}.` : 'Inte sparat än.'} Texten finns kvar här. `, ...why], { bad: true, symbol: 'warn' }
)

function sayClash(clashes) {
  const button = document.createElement('button')
  button.type = 'submit'
  button.className = 'bp-linkbutton'
  button.setAttribute('form', form.id)
  button.textContent = 'Visa båda'
  say([`${clashes[0].by} har ändrat samma svar. `, button], { bad: true, symbol: 'warn' })
}

function signInAnew(why, words) {
  const link = document.createElement('a')
  link.className = 'govuk-link'
  link.href = signIn
  link.target = '_blank'
  link.textContent = words
  trouble(why, link, ', så sparas den.')
}

function saySaved({ clashes, errors }) {
  wrong = Object.keys(errors).length
  if (clashes.length) sayClash(clashes)
  else if (wrong) say(`Sparat ${savedAt}, men ${wrong} svar behöver rättas`, { bad: true, symbol: 'warn' })
  else say(`Sparat ${savedAt}`, { symbol: 'check' })
}

function showOthers(names) {
  const text = names.length ? `${names.join(' och ')} har också den här sidan öppen.` : ''
  if (people.textContent !== text) people.textContent = text
}

// --- What is wrong, as the server says it: beside the field, and first on a page that was made with it -----------------

const isChoice = (field) => ['checkbox', 'radio'].includes(field.type)
// A choice goes by its first alternative.
const fieldOf = (name) => document.getElementById(name) ?? document.getElementById(`${name}-0`)

function showErrors(errors) {
  const summary = document.querySelector('.govuk-error-summary')
  const told = (name) => [...(summary?.querySelectorAll(`[href="#${name}"], [href="#${name}-0"]`) ?? [])]
  for (const old of form.querySelectorAll('[id$="-error"]')) {
    const name = old.id.replace(/-error$/, '')
    if (name in errors) continue
    markField(name, false)
    old.remove()
    for (const link of told(name)) link.closest('li').remove()
  }
  for (const [name, message] of Object.entries(errors)) {
    const field = fieldOf(name)
    if (!field?.matches('input, textarea')) continue
    const text = document.getElementById(`${name}-error`) ?? newError(field, name)
    const before = text.lastChild.textContent.trim()
    for (const link of told(name)) link.textContent = link.textContent.replace(before, message)
    text.lastChild.textContent = ` ${message}`
    markField(name, true)
  }
  if (!summary || summary.querySelector('li')) return
  summary.remove()
  document.querySelector('[data-rest-saved]')?.remove()
  document.title = document.title.replace(/^Fel: /, '')
}

function newError(field, name) {
  const text = document.createElement('span')
  text.className = field.closest('td') ? 'bp-cellerror' : 'govuk-error-message'
  text.id = `${name}-error`
  const kind = document.createElement('span')
  kind.className = 'govuk-visually-hidden'
  kind.textContent = 'Fel:'
  text.append(kind, '')
  const place = field.closest('.govuk-radios, .govuk-checkboxes, .govuk-input__wrapper') ?? field
  place.before(text)
  return text
}

function markField(name, isWrong) {
  const field = fieldOf(name)
  if (!field) return
  const whole = (isChoice(field) && field.closest('fieldset')) || field
  const others = (whole.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && id !== `${name}-error`)
  setOrDrop(whole, 'aria-describedby', [...others, ...(isWrong ? [`${name}-error`] : [])].join(' '))
  if (whole === field) setOrDrop(field, 'aria-invalid', isWrong ? 'true' : '')
  if (!isChoice(field)) field.classList.toggle(`govuk-${field.tagName.toLowerCase()}--error`, isWrong)
  field.closest('.govuk-form-group')?.classList.toggle('govuk-form-group--error', isWrong)
  if (isWrong) field.closest('[data-shown-if]')?.removeAttribute('hidden')
}

function setOrDrop(element, attribute, value) {
  if (value) element.setAttribute(attribute, value)
  else element.removeAttribute(attribute)
}

// --- What else the page says: it follows what is saved, by this page and by others ------------------------------------

function follow({ states = {}, done, attested = '' }) {
  for (const [part, [tone, symbol, text]] of Object.entries(states)) {
    for (const place of document.querySelectorAll(`[data-state="${part}"]`)) {
      place.querySelector('use').setAttribute('href', `#s-${symbol}`)
      const status = place.querySelector('.bp-status')
      if (status) {
        status.className = tone ? `bp-status bp-status--${tone}` : 'bp-status'
        status.lastChild.textContent = ` ${text}`
      } else place.querySelector('small').textContent = text
    }
  }
  for (const place of document.querySelectorAll('[data-state-done]')) {
    const total = Number(place.dataset.stateDone)
    place.textContent = `${done} av ${total} klara`
    const bar = place.closest('nav').querySelector('.bp-bar')
    bar.setAttribute('aria-label', bar.getAttribute('aria-label').replace(/^\d+/, done))
    bar.querySelector('rect').setAttribute('width', `${(100 * done) / total}%`)
  }
  // Read aloud, and so written only as it changes.
  const place = document.querySelector('[data-attested]')
  const now = attested || (place?.textContent && place.dataset.attested)
  if (place && now !== place.textContent) place.textContent = now
}

function takeOver({ stamps, errors, page }) {
  for (const field of stampFields()) if (field.name in stamps) field.value = stamps[field.name]
  // A taken-over answer that has been changed is the person's own.
  for (const mark of document.querySelectorAll('[data-fetched]')) if (`seen-${mark.dataset.fetched}` in stamps) mark.remove()
  showErrors(errors)
  follow(page)
  form.dispatchEvent(new CustomEvent('autosaved', { detail: { base, page } }))
}

// --- Saving -----------------------------------------------------------------------------------------------------------

// One save at a time, in the order they were asked for.
const save = (force = false) => (line = line.then(() => send(force), () => send(force)))

async function send(force, isRetry = false) {
  clearTimeout(timer)
  const now = snapshot()
  if (paused && !force) return false
  // What had to be put right may be so by now, though nothing else is there to save.
  if (!unsaved(now).length && !wrong) return true
  sent = now
  keepCopy()
  // That it is saved is what is worth hearing.
  if (!savedAt) say('Sparar …', { aloud: false })
  let answer
  try {
    answer = await fetch(url, { method: 'POST', body: new FormData(form), headers: ASKS, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) })
  } catch {
    return later()
  }
  if (answer.status === 401) return signedOut()
  const isJson = answer.headers.get('Content-Type')?.startsWith('application/json')
  const result = isJson ? await answer.json().catch(() => null) : null
  if (!result && [403, 404].includes(answer.status)) {
    trouble('Du kan inte längre ändra här. Kopiera texten om du vill ha den kvar.')
    return false
  }
  if (!result) return later()
  if (!result.saved) {
    // The page is from before the person signed in anew: with the new token it is the same person's page.
    if (result.person !== person) return otherPerson()
    setToken(result.token)
    if (!isRetry) return send(force, true)
    trouble(result.message)
    return false
  }
  savedAt = result.time
  const wasOut = out
  out = false
  const failed = [
    ...Object.keys(result.errors).map((name) => name.replace(/_profession$/, '_')), ...result.clashes.map((clash) => clash.field)
  ]
  const isLeft = (name) => failed.some((start) => name === start || name.startsWith(start.endsWith('_') ? start : `${start}_`))
  base = Object.fromEntries(Object.keys(now).map((name) => [name, isLeft(name) ? base[name] : now[name]]))
  takeOver(result)
  saySaved(result)
  // The link to sign in anew is gone: back to the field.
  if (wasOut && document.activeElement === document.body) last?.focus()
  keepCopy()
  if (!same(snapshot(), now)) soon()
  else if (!unsaved().length) takeLost()
  return true
}

function later() {
  trouble('Försöker igen …')
  clearTimeout(timer)
  timer = setTimeout(save, AGAIN)
  return false
}

function signedOut() {
  if (!out) setTimeout(look, LOOK_SOON)
  out = true
  signInAnew('Du är utloggad. ', 'Logga in i en ny flik')
  return false
}

function otherPerson() {
  out = true
  signInAnew('Någon annan är inloggad nu. ', 'Logga in igen själv i en ny flik')
  return false
}

function soon() {
  clearTimeout(timer)
  timer = setTimeout(save, WAIT)
}

// --- Who is here, and whether the person is still signed in: asked without prolonging the session ---------------------

async function look() {
  let answer
  try {
    answer = await fetch(url, { headers: { ...ASKS, 'X-Portal-Poll': '1' } })
  } catch {
    return
  }
  if (answer.status === 401) {
    if (out) setTimeout(look, LOOK_SOON)
    else signedOut()
    return
  }
  if (!answer.ok) return
  const { person: now, token, others, page } = await answer.json()
  if (now !== person) {
    otherPerson()
    setTimeout(look, LOOK_SOON)
    return
  }
  if (out) {
    setToken(token)
    if (await save() && out) {
      out = false
      say(savedAt ? `Sparat ${savedAt}` : 'Du är inloggad igen', { symbol: 'check' })
    }
  }
  showOthers(others)
  follow(page)
  takeLost()
}

// --- Copies in the browser --------------------------------------------------------------------------------------------

function keepCopy() {
  if (!copies) return
  const now = snapshot()
  if (!unsaved(now).length) {
    copies.drop()
    return
  }
  // What is kept of a clash goes through the clash again: it has no stamps.
  const stamps = paused ? {} : Object.fromEntries(stampFields().map((field) => [field.name, field.value]))
  copies.keep({ page: location.pathname + location.search, base, now, sent, stamps, focus: last?.id ?? '' }, !paused)
}

// What a page that is gone could not save. One at a time: the next is laid over what the first has saved.
async function takeLost() {
  if (!copies || taking || out) return
  taking = true
  await takeFirst().catch(() => {})
  taking = false
}

async function takeFirst() {
  for (const copy of await copies.lost()) {
    const now = snapshot()
    const left = Object.keys(copy.now).filter((name) => !same(copy.now[name], copy.base[name]) && !same(copy.now[name], now[name]))
    // What stands here already goes with this page from now on.
    if (paused || !left.length) {
      await copies.adopt(copy.name)
      if (!unsaved().length) copies.drop()
      continue
    }
    if (unsaved(now).length) continue
    if (left.some((name) => !(name in now)) && copy.page !== location.pathname + location.search) {
      location.replace(copy.page)
      return
    }
    if (await copies.adopt(copy.name)) {
      putBack(copy, left, now)
      return
    }
  }
}

function putBack(copy, names, now) {
  const isKnown = Object.keys(copy.now).every((name) => [copy.base[name], copy.sent[name], copy.now[name]].some((each) => same(now[name], each)))
  // The server has something else than what the copy was written over: its stamps tell, and both texts will be shown.
  if (!isKnown) for (const field of stampFields()) field.value = copy.stamps[field.name] ?? ''
  for (const name of names) {
    named(name).forEach((field, place) => {
      if (isChoice(field)) field.checked = copy.now[name].includes(field.value)
      else field.value = copy.now[name][place] ?? ''
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
  }
  document.getElementById(copy.focus)?.focus()
  say('Det du skrev sist är tillbaka. Sparar …', { aloud: false })
  told.textContent = 'Det du skrev sist är tillbaka.'
  save()
}

// --- When it happens --------------------------------------------------------------------------------------------------

form.id ||= 'svar'
for (const kind of ['input', 'change']) {
  form.addEventListener(kind, () => {
    keepCopy()
    if (!paused) soon()
  })
}
form.addEventListener('focusin', (event) => { if (isAnswer(event.target)) last = event.target })

// The button goes on when what is written has been saved; without connection or session the page stays, with the text.
form.addEventListener('submit', async (event) => {
  if (goingOn || !unsaved().length) return
  event.preventDefault()
  const button = event.submitter
  if (!await save(true)) return
  goingOn = true
  // The button of a clash is gone once the state has been said anew.
  form.requestSubmit(button?.isConnected ? button : null)
})

for (const signOut of document.querySelectorAll('form[data-sign-out]')) {
  signOut.addEventListener('submit', async (event) => {
    if (paused || !unsaved().length) return
    event.preventDefault()
    if (!await save() && !confirm('Det du skrev sist är inte sparat. Vill du logga ut ändå?')) return
    goingOn = true
    forgetAll()
    signOut.submit()
  })
}

addEventListener('online', () => save())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') save()
  else look()
})
// The last second goes along even when the tab does.
addEventListener('pagehide', () => {
  if (goingOn || out || paused || !unsaved().length) return
  fetch(url, { method: 'POST', body: new FormData(form), headers: ASKS, keepalive: true }).catch(() => {})
})
addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })

if (globalThis.crypto?.subtle && navigator.locks) {
  copies = await open(person, lock, location.pathname).catch(() => null)
  if (unsaved().length) keepCopy()
  await takeLost()
}
if (unsaved().length && !paused) soon()
// A page that was just left may have held its copy until now.
setTimeout(takeLost, WAIT)
setInterval(() => { if (document.visibilityState === 'visible' && !out) look() }, LOOK)
look()
