// Saves while the person writes, by the same form as the button. Nothing typed is lost: what could not be saved stays here
// and is tried again, and the page says so.
const form = document.querySelector('form[data-autosave]')
const shown = document.querySelector('[data-save-state]')
const WAIT = 1000
const AGAIN = 5000
let timer
let saving = false
let changed = false
let savedAt = ''
let leaving = false

function say(text, { bad = false, symbol = '' } = {}) {
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
  shown.append(text)
}

const failed = (why) => say(
  `${savedAt ? `Inte sparat sedan ${savedAt}.` : 'Inte sparat än.'} Texten finns kvar här. ${why}`, { bad: true, symbol: 'warn' }
)

// A clash is settled on the page that shows both texts; the button leads there.
function sayClash(clashes) {
  say(`${clashes[0].by} har ändrat samma svar. `, { bad: true, symbol: 'warn' })
  const button = document.createElement('button')
  button.type = 'submit'
  button.className = 'bp-linkbutton'
  button.setAttribute('form', form.id)
  button.textContent = 'Visa båda'
  shown.append(button)
}

function takeOver({ stamps, errors }) {
  for (const [name, stamp] of Object.entries(stamps)) {
    const field = form.elements.namedItem(name)
    if (field) field.value = stamp
  }
  for (const old of form.querySelectorAll('[data-autosave-error]')) old.remove()
  for (const field of form.querySelectorAll('[data-autosave-invalid]')) {
    field.removeAttribute('aria-invalid')
    field.removeAttribute('aria-describedby')
    field.removeAttribute('data-autosave-invalid')
    field.classList.remove('govuk-input--error', 'govuk-textarea--error')
  }
  for (const [name, message] of Object.entries(errors)) showError(name, message)
}

function showError(name, message) {
  const field = document.getElementById(name)
  if (!field || !field.matches('input, textarea') || field.getAttribute('aria-invalid') === 'true') return
  const text = document.createElement('span')
  text.className = 'bp-cellerror'
  text.id = `${name}-autosave`
  text.dataset.autosaveError = ''
  text.textContent = message
  field.before(text)
  field.classList.add(field.tagName === 'TEXTAREA' ? 'govuk-textarea--error' : 'govuk-input--error')
  field.setAttribute('aria-invalid', 'true')
  field.setAttribute('aria-describedby', text.id)
  field.dataset.autosaveInvalid = ''
}

async function save() {
  if (saving || leaving) return
  saving = true
  changed = false
  say('Sparar …')
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' }, redirect: 'manual'
    })
    if (answer.type === 'opaqueredirect') {
      failed('Du är utloggad. Spara med knappen, så får du logga in.')
    } else if (!answer.headers.get('Content-Type')?.startsWith('application/json')) {
      failed('Försöker igen …')
      again()
    } else {
      const result = await answer.json()
      if (!result.saved) failed(result.message)
      else {
        savedAt = result.time
        takeOver(result)
        const wrong = Object.keys(result.errors).length
        if (result.clashes.length) sayClash(result.clashes)
        else if (wrong) say(`Sparat ${savedAt}, men ${wrong} svar behöver rättas`, { bad: true, symbol: 'warn' })
        else say(`Sparat ${savedAt}`, { symbol: 'check' })
      }
    }
  } catch {
    failed('Försöker igen …')
    again()
  }
  saving = false
  if (changed) soon()
}

function again() {
  clearTimeout(timer)
  timer = setTimeout(save, AGAIN)
}

function soon() {
  changed = true
  clearTimeout(timer)
  timer = setTimeout(save, WAIT)
}

if (form) {
  form.id ||= 'svar'
  form.addEventListener('input', soon)
  form.addEventListener('change', soon)
  form.addEventListener('submit', () => {
    leaving = true
    clearTimeout(timer)
  })
  addEventListener('online', () => { if (shown.classList.contains('bp-save--bad')) save() })
}
