// What is written in a form that is saved by its button only is kept in the person's own browser until it is saved: a killed
// tab, a cut network and the way back take no word with them. It is offered where it was written, and put back by a press.
import { forgetOne, open } from './copies.js'

const NAME = '_kopia'
const WHEN = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Stockholm', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' })
const SOON = 1000
const { person, lock, done } = document.querySelector('[data-session]').dataset
// What was refused stands in its fields, and is not saved.
const refused = document.title.startsWith('Fel: ')
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)
const changedIn = ({ base, now }) => Object.keys(now).filter((name) => !same(now[name], base[name]))
const isKept = (field) => field.name && !['hidden', 'submit', 'button', 'fieldset', 'file', 'password'].includes(field.type)

function button(label, act) {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = 'govuk-button govuk-button--secondary bp-0'
  made.textContent = label
  made.addEventListener('click', act)
  return made
}

async function follow(form) {
  const copies = await open(person, lock, new URL(form.action).pathname)
  const box = document.createElement('div')
  const sent = document.createElement('input')
  const fields = () => [...form.elements].filter(isKept)
  const stamps = () => [...form.querySelectorAll('input[type=hidden]')].filter((field) => ![NAME, 'csrf_token'].includes(field.name))
  const snapshot = () => {
    const data = new FormData(form)
    return Object.fromEntries([...new Set(fields().map((field) => field.name))].map((name) => [name, data.getAll(name)]))
  }
  const base = refused ? {} : snapshot()
  let offered = null

  // Tells the server which copy goes when the form has been saved.
  sent.type = 'hidden'
  sent.name = NAME
  sent.value = copies.id
  box.className = 'bp-card bp-card--mark govuk-form-group'
  box.setAttribute('role', 'status')
  box.hidden = true
  form.before(box)
  form.append(sent)

  function keep() {
    const now = snapshot()
    if (!changedIn({ base, now }).length) return copies.drop()
    return copies.keep({ base, now, stamps: Object.fromEntries(stamps().map((field) => [field.name, field.value])) })
  }

  function say(text, ...more) {
    const words = document.createElement('p')
    words.className = more.length ? 'govuk-body' : 'govuk-body bp-0'
    words.textContent = text
    const actions = document.createElement('div')
    actions.className = 'bp-actions'
    actions.append(...more)
    box.replaceChildren(words, ...(more.length ? [actions] : []))
    box.hidden = false
  }

  async function putBack(copy) {
    const now = snapshot()
    const changed = changedIn(copy)
    // The page shows something else than what the text was written over: its stamps tell the server, as if it had stayed open.
    const isOther = changed.some((name) => !same(now[name], copy.base[name]))
    if (isOther) for (const field of stamps()) field.value = copy.stamps[field.name] ?? field.value
    for (const name of changed) {
      fields().filter((field) => field.name === name).forEach((field, place) => {
        if (['checkbox', 'radio'].includes(field.type)) field.checked = copy.now[name].includes(field.value)
        else if (field.multiple) for (const option of field.options) option.selected = copy.now[name].includes(option.value)
        else field.value = copy.now[name][place] ?? ''
        field.dispatchEvent(new Event('input', { bubbles: true }))
        field.dispatchEvent(new Event('change', { bubbles: true }))
      })
    }
    await keep()
    forgetOne(copy.name)
    fields().find((field) => changed.includes(field.name))?.focus()
    offer()
  }

  async function offer() {
    offered = null
    box.hidden = true
    const now = snapshot()
    for (const copy of (await copies.lost()).reverse()) {
      if (changedIn(copy).every((name) => !(name in now) || same(copy.now[name], now[name]))) {
        // What stands here already goes with this page from now on.
        await keep()
        forgetOne(copy.name)
        continue
      }
      offered = copy.name
      say(
        `Du har skrivit text här som inte är sparad, ${WHEN.format(copy.at)}.`,
        button('Sätt tillbaka texten', () => putBack(copy)),
        button('Ta bort den', () => { forgetOne(copy.name); offer() })
      )
      return
    }
  }

  for (const kind of ['input', 'change']) form.addEventListener(kind, keep)
  form.addEventListener('submit', (event) => {
    if (navigator.onLine) return
    // The browser's own page of errors would take the place of the text.
    event.preventDefault()
    say('Det finns ingen anslutning till nätet. Inget är sparat. Texten finns kvar här: försök igen när du är ansluten.')
  })
  addEventListener('online', () => { if (!offered) box.hidden = true })
  if (refused) await keep()
  await offer()
  // A page that was just left may have held its copy until now.
  setTimeout(() => { if (!offered) offer() }, SOON)
}

for (const id of (done ?? '').split(' ').filter(Boolean)) forgetOne(id)
if (globalThis.crypto?.subtle && navigator.locks) {
  for (const form of document.querySelectorAll('main form[method=post]:not([data-autosave])')) {
    if (form.querySelector('textarea')) follow(form)
  }
}
