// Cells that are pasted from a sheet spread over the table's fields, from the one that the cursor stands in. What does not
// fit, or is no amount, is refused beside the field, and nothing is filled in. Without a script the server refuses it.
import { amountOf } from './amounts.js'

const FIELDS = 'table input:not([type=hidden], [type=checkbox], [type=radio])'
const NUMERIC = 'input[inputmode=numeric]'

// Every kind of new line parts rows, a tab parts cells; the last new line is the sheet's own.
const blockOf = (text) => text.replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, '\n').replace(/\n+$/, '').split('\n').map((row) => row.replace(/\t+$/, '').split('\t').map((cell) => cell.trim()))
const fieldsIn = (row) => [...row.querySelectorAll(FIELDS)].filter((field) => row.closest('table').contains(field) && !field.disabled && !field.readOnly)
const columnOf = (field) => field.closest('td, th').cellIndex
const many = (count, one, more) => `${count} ${count === 1 ? one : more}`

// Rows of fields from this one, with null where a row has no field in a column.
function gridFrom(start) {
  const rows = [...start.closest('table').rows].filter((row) => fieldsIn(row).length)
  const below = rows.slice(rows.indexOf(start.closest('tr')))
  const columns = [...new Set(below.flatMap((row) => fieldsIn(row).map(columnOf)))].filter((column) => column >= columnOf(start)).sort((one, other) => one - other)
  return below.map((row) => columns.map((column) => fieldsIn(row).find((field) => columnOf(field) === column) ?? null))
}

// One line under the table, read aloud, with a way back.
function told(table) {
  const place = table.closest('.bp-scroll') ?? table
  const before = place.nextElementSibling
  if (before?.matches('[data-pasted]')) return before
  const line = document.createElement('p')
  line.className = 'govuk-body'
  line.dataset.pasted = ''
  line.setAttribute('role', 'status')
  place.after(line)
  return line
}
for (const table of document.querySelectorAll('table')) if (table.querySelector(NUMERIC)) told(table)

function refuse(field, why) {
  const table = field.closest('table')
  if (table) told(table).textContent = ''
  document.getElementById(`${field.id}-pasted`)?.remove()
  const text = document.createElement('span')
  text.className = field.closest('td') ? 'bp-cellerror' : 'govuk-error-message'
  text.id = `${field.id}-pasted`
  text.setAttribute('role', 'alert')
  text.textContent = `${why} Inget är ifyllt.`
  field.before(text)
  field.addEventListener('input', () => text.remove(), { once: true })
}

function write(field, value) {
  field.value = value
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

const same = (field, value) => field.value.trim() === value || (amountOf(value) !== null && amountOf(field.value) === amountOf(value))

function fill(start, wanted) {
  const before = wanted.map(([field, value]) => [field, field.value, value])
  for (const [field, value] of wanted) write(field, value)
  const line = told(start.closest('table'))
  const undo = document.createElement('button')
  undo.type = 'button'
  undo.className = 'bp-linkbutton'
  undo.textContent = 'Ångra'
  undo.addEventListener('click', () => {
    // What has been typed over it since is not what was pasted.
    const still = before.filter(([field, , pasted]) => same(field, pasted))
    for (const [field, value] of still) write(field, value)
    line.textContent = still.length === before.length ? 'Det du klistrade in är borttaget igen.' : 'Det du klistrade in är borttaget igen. Det du har skrivit efteråt står kvar.'
    start.focus()
  })
  line.replaceChildren(`${many(wanted.length, 'fält är ifyllt', 'fält är ifyllda')} med det du klistrade in. `, undo)
}

document.addEventListener('paste', (event) => {
  const field = event.target
  const text = event.clipboardData?.getData('text/plain') ?? ''
  if (!(field instanceof HTMLInputElement) || !(field.matches(NUMERIC) || field.matches(FIELDS))) return
  const block = blockOf(text)
  const [rows, columns] = [block.length, Math.max(...block.map((row) => row.length))]
  if (rows === 1 && columns === 1) return
  if (!field.matches(FIELDS)) {
    event.preventDefault()
    refuse(field, 'Det du klistrade in är flera värden. Skriv ett i varje fält.')
    return
  }
  // A list of words in a field for words is that field's own matter.
  if (!field.matches(NUMERIC) && columns === 1) return
  event.preventDefault()
  const grid = gridFrom(field)
  if (rows > grid.length || columns > grid[0].length) {
    const room = `${many(grid.length, 'rad', 'rader')} och ${many(grid[0].length, 'kolumn', 'kolumner')}`
    refuse(field, `Det du klistrade in är ${many(rows, 'rad', 'rader')} och ${many(columns, 'kolumn', 'kolumner')}. Härifrån finns plats för ${room}.`)
    return
  }
  // An empty cell leaves its field as it is.
  const wanted = block.flatMap((row, down) => row.map((value, right) => [grid[down][right], value])).filter(([, value]) => value)
  if (wanted.some(([to]) => to === null)) {
    refuse(field, 'Det du klistrade in täcker ett fält som inte går att skriva i.')
    return
  }
  const odd = wanted.find(([to, value]) => to.matches(NUMERIC) && amountOf(value) === null)
  if (odd) {
    refuse(field, `«${odd[1]}» är inget belopp i hela kronor. Klistra in bara beloppen, utan rubriker.`)
    return
  }
  fill(field, wanted)
})
