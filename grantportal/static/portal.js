// Small help on every page. Without it all still works: the server counts and checks again at each save.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink, createAll
} from './vendor/govuk-frontend/govuk-frontend.min.js'
import { amountOf, inWords } from './amounts.js'
import './cells.js'

const NBSP = '\u00a0'
const MINUS = '\u2212'
const NARROW = '(max-width: 55.99rem)'

// The kit hides what needs a script only when this class says that the script is here.
document.body.classList.add('govuk-frontend-supported')
for (const part of [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]) createAll(part)
// A text is as long here as it is to the server once domain/texts.py has cleaned it: one for each character, however many
// units the browser stores it in, with letter and accent as one, and nothing for space around it.
const lengthOf = (text) => [...text
  .replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, '\n')
  .replace(/(?![\n\t])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu, '')
  .normalize('NFC').trim()].length
CharacterCount.prototype.updateCount = function () { this.count = lengthOf(this.$textarea.value) }
createAll(CharacterCount, {
  i18n: {
    charactersUnderLimit: { one: '%{count} tecken kvar', other: '%{count} tecken kvar' },
    charactersAtLimit: '0 tecken kvar',
    charactersOverLimit: { one: '%{count} tecken för mycket', other: '%{count} tecken för mycket' },
    textareaDescription: { one: 'Högst %{count} tecken.', other: 'Högst %{count} tecken.' }
  }
})

// On a narrow screen the menu of parts and last year's answer are folded, so that this year's question comes first.
if (matchMedia(NARROW).matches) for (const part of document.querySelectorAll('details.bp-foldout')) part.open = false

// A table that fits needs no tab stop of its own; one that does not says so, and keeps what each row is about in sight.
function tabStops() {
  for (const box of document.querySelectorAll('.bp-scroll')) {
    const goesOn = box.scrollWidth > box.clientWidth
    box.tabIndex = goesOn ? 0 : -1
    box.classList.toggle('bp-scroll--on', goesOn)
    const hint = box.previousElementSibling
    if (hint?.matches('.bp-hint-scroll')) hint.classList.toggle('bp-hint-scroll--on', goesOn)
  }
}
tabStops()
addEventListener('resize', tabStops)

// Some browsers take a table for loose text once a narrow screen has made blocks of its rows: these words keep it a table.
const ROLES = { thead: 'rowgroup', tbody: 'rowgroup', tfoot: 'rowgroup', tr: 'row', td: 'cell', '[scope=col]': 'columnheader', '[scope=row]': 'rowheader' }
for (const table of document.querySelectorAll('.bp-fold')) {
  table.setAttribute('role', 'table')
  for (const [part, role] of Object.entries(ROLES)) for (const each of table.querySelectorAll(part)) each.setAttribute('role', role)
}

// One box chooses every row of a list; a row that is unticked is not all.
const every = document.querySelector('[data-all]')
if (every) {
  const rows = [...document.querySelectorAll(`input[name="${every.dataset.all}"]`)]
  every.addEventListener('change', () => { for (const row of rows) row.checked = every.checked })
  for (const row of rows) row.addEventListener('change', () => { if (!row.checked) every.checked = false })
}

// Live sums. A field says what it is part of: data-part (its year) and data-row (its groups and its row).
const parts = () => [...document.querySelectorAll('[data-part]')]
const keysOf = (field) => [field.dataset.part, ...(field.dataset.row ?? '').split(' ')]
const partsOf = (keys) => parts().filter((field) => keysOf(field).some((key) => keys.includes(key)))

const read = (field) => amountOf(field.value)
const sumOf = (fields) => fields.reduce((sum, field) => sum + (read(field) ?? 0), 0)
// What the fields of a list's other pages come to.
const besides = (out) => Number(out.dataset.besides ?? 0)
// A row that may be left empty misses nothing until something is written in it.
const isUntouched = (row) => row !== null && [...row.querySelectorAll('input')].every((field) => !field.value.trim())
const missingIn = (fields) => fields.filter((field) => read(field) === null && !isUntouched(field.closest('[data-spare]'))).length

function recount() {
  for (const out of document.querySelectorAll('[data-sum]')) {
    const fields = partsOf(out.dataset.sum.split(' '))
    out.textContent = 'whole' in out.dataset && missingIn(fields) ? 'inte räknat' : inWords(sumOf(fields) + besides(out))
  }
  for (const out of document.querySelectorAll('[data-missing]')) {
    const missing = missingIn(partsOf(out.dataset.missing.split(' ')))
    out.textContent = missing ? `${missing} belopp saknas` : ''
  }
  const over = [...document.querySelectorAll('[data-left]')].map(showLeft).some(Boolean)
  const warning = document.querySelector('[data-over]')
  if (warning) warning.hidden = !over
}

// What is left of a year's frame; true when the fields together ask for more than there is.
function showLeft(out) {
  const { left: year, frame, used = 0 } = out.dataset
  const asked = sumOf(partsOf([year])) + besides(out)
  const left = Number(frame) - Number(used) - asked
  const over = left < 0
  const box = out.closest('.bp-left')
  out.textContent = `${over && !box ? MINUS : ''}${inWords(Math.abs(left))}${NBSP}kr`
  out.classList.toggle('bp-left--over', over)
  if (box) {
    const word = box.querySelector('[data-word]')
    word.dataset.word ||= word.textContent
    word.textContent = over ? 'Över ramen med' : word.dataset.word
    box.classList.toggle('bp-left--over', over)
  }
  const bar = document.querySelector(`[data-bar="${year}"]`)
  bar?.setAttribute('width', `${Number(frame) ? Math.min(100, (asked / Number(frame)) * 100) : 0}%`)
  bar?.classList.toggle('over', over)
  return over
}

// "Du provar belopp": shown from the first change until the amounts are put back.
function showTrial(shown) {
  const band = document.querySelector('[data-trial]')
  if (band) band.hidden = !shown
}

document.addEventListener('input', (event) => {
  if (!event.target.matches('[data-part]')) return
  recount()
  showTrial(true)
})
for (const button of document.querySelectorAll('[data-fill]')) {
  button.addEventListener('click', () => {
    for (const field of parts()) field.value = field.getAttribute(`data-${button.dataset.fill}`) ?? field.value
    recount()
    showTrial(button.dataset.fill !== 'saved')
  })
}
