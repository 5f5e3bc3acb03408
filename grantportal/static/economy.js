// The economy of a report follows each key: what the grant is charged, what goes over all that is paid, deviations, and
// whether a comment is needed. The rules are those of domain/reports.py; their figures stand in data attributes.
import { amountOf, inWords } from './amounts.js'

const NBSP = '\u00a0'
const table = document.querySelector('[data-economy]')
const told = document.querySelector('[data-economy-told]')
const form = table.closest('form')
const percent = Number(table.dataset.percent)
const limit = Number(table.dataset.kronor)

const rows = [...table.querySelectorAll('tbody tr')].map((line) => {
  const about = form.querySelector(`[data-comment-of="${line.dataset.category}"]`)
  const comment = about.querySelector('textarea')
  return {
    line,
    about,
    comment,
    help: document.getElementById(`${comment.id}-hint`),
    still: about.querySelector('[data-still] input'),
    cost: line.querySelector('[data-part=cost]'),
    own: line.querySelector('[data-part=own]'),
    budget: Number(line.dataset.budget),
    paid: Number(line.dataset.paid),
    // What the server has: the comment, and the deviation that it was written for.
    saved: comment.defaultValue.trim(),
    bound: line.dataset.explained === '' ? null : Number(line.dataset.explained)
  }
})

const kr = (value) => `${inWords(value)}${NBSP}kr`
const signed = (value) => `${value > 0 ? '+' : ''}${kr(value)}`
const sum = (values) => values.reduce((total, value) => total + value, 0)
const isOver = (row, difference) => Math.abs(difference) > limit && Math.abs(difference) * 100 > percent * row.budget
const needsComment = (row) => isOver(row, row.deviation ?? 0)
const text = (row) => row.comment.value.trim()

function awaitsComment(row) {
  const [isNeeded, was, now] = [needsComment(row), row.explained, row.deviation]
  if (!text(row) || was === null || now === null) return isNeeded
  return isOver(row, was) !== isNeeded || was * now < 0 || isOver(row, now - was)
}

// Whole kronor by shares; what rounding leaves goes to the largest remainders.
function shareOut(total, weights) {
  const [whole, all] = [BigInt(sum(weights)), BigInt(total)]
  const parts = weights.map((weight) => (all * BigInt(weight)) / whole)
  const byRest = weights.map((weight, place) => ({ place, rest: (all * BigInt(weight)) % whole }))
  byRest.sort((one, other) => Number(other.rest - one.rest) || one.place - other.place)
  const left = Number(all - parts.reduce((made, part) => made + part, 0n))
  for (const { place } of byRest.slice(0, left)) parts[place] += 1n
  return parts.map(Number)
}

function count() {
  for (const row of rows) {
    const [cost, own] = [amountOf(row.cost.value), amountOf(row.own.value)]
    row.used = cost === null || own === null || own > cost ? null : cost - own
    row.deviation = row.used === null ? null : row.used - row.budget
    // Said of one deviation, it says nothing of another.
    const said = String(row.deviation ?? '')
    if (row.still.value !== said) Object.assign(row.still, { value: said, checked: false })
    // A comment that is written now, or said to hold, is bound as it is saved.
    row.explained = text(row) !== row.saved || row.still.checked ? row.deviation : row.bound
  }
  const paid = sum(rows.map((row) => row.paid))
  const beyond = Math.max(0, sum(rows.map((row) => row.used ?? 0)) - paid)
  const shares = beyond ? shareOut(beyond, rows.map((row) => Math.max(0, (row.used ?? 0) - row.paid))) : []
  rows.forEach((row, place) => {
    row.beyond = shares[place] ?? 0
    row.charged = row.used === null ? null : row.used - row.beyond
  })
  return { paid, beyond }
}

function noteOf(row) {
  if (awaitsComment(row) && !needsComment(row)) return 'Stämmer kommentaren?'
  if (awaitsComment(row)) return text(row) ? 'Kommentera på nytt' : 'Kommentar behövs'
  return needsComment(row) ? 'Kommenterad' : ''
}

function helpOf(row) {
  if (row.deviation === null) return 'Avvikelsen är inte räknad än.'
  const now = `avvikelsen är ${signed(row.deviation)}`
  if (!needsComment(row)) {
    if (!awaitsComment(row)) return `Behövs inte: ${now}.`
    return `Kommentaren skrevs när avvikelsen var ${signed(row.explained)}, nu är den ${signed(row.deviation)}. Ta bort den, skriv om den eller säg att den stämmer.`
  }
  if (!awaitsComment(row)) return `Kommenterad: ${now}.`
  if (!text(row)) return `Behövs: ${now}.`
  return `Behövs på nytt: ${now}${row.explained === null ? '' : `, och var ${signed(row.explained)} när kommentaren skrevs`}.`
}

// What one row uses of what another has left.
function movedOf(paid, beyond) {
  const moved = sum(rows.map((row) => Math.max(0, row.charged - row.paid)))
  if (!moved || sum(rows.map((row) => row.charged)) > paid) return ''
  const names = (chosen) => {
    const found = chosen.map((row) => row.line.cells[0].firstChild.textContent.trim())
    return found.length > 1 ? `${found.slice(0, -1).join(', ')} och ${found.at(-1)}` : found[0]
  }
  const [over, left] = [rows.filter((row) => row.used > row.paid), rows.filter((row) => row.used < row.paid)]
  const kronor = (value) => `${inWords(value)}${NBSP}${value === 1 ? 'krona' : 'kronor'}`
  const rest = beyond ? ` Resten, ${kronor(beyond)}, är regionens egen finansiering.` : ''
  return `Mer är använt än utbetalt för ${names(over)}. Av det täcks ${kronor(moved)} av det som är utbetalt men inte använt för ${names(left)}.${rest}`
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words
}

// A comment that is needed stands open on the page, in the order of the table.
function unfold(row) {
  const folded = row.about.closest('[data-more-comments]')
  if (!folded) return
  const place = form.querySelector('[data-comments]')
  const next = rows.slice(rows.indexOf(row)).find((each) => each.about.parentElement === place)
  place.insertBefore(row.about, next?.about ?? null)
  folded.hidden = !folded.querySelector('[data-comment-of]')
}

function show() {
  const { paid, beyond } = count()
  const cell = (within, name) => within.querySelector(`[data-counted=${name}]`)
  for (const row of rows) {
    for (const name of ['charged', 'deviation']) write(cell(row.line, name), row[name] === null ? '–' : inWords(row[name]))
    write(row.line.querySelector('[data-note]'), noteOf(row))
    write(row.line.querySelector('[data-beyond]'), row.beyond ? `${kr(row.beyond)} går över det utbetalda` : '')
    write(row.help, helpOf(row))
    row.still.closest('[data-still]').hidden = !row.still.checked && !(text(row) && awaitsComment(row))
    if (needsComment(row)) unfold(row)
  }
  const isCounted = rows.every((row) => row.used !== null)
  const total = (name) => sum(rows.map((row) => row[name]))
  for (const name of ['charged', 'deviation']) write(cell(table.tFoot, name), isCounted ? inWords(total(name)) : 'inte räknat')
  const facts = { charged: total('charged'), beyond, unspent: paid - total('charged') }
  for (const [name, value] of Object.entries(facts)) write(document.querySelector(`[data-fact=${name}]`), isCounted ? kr(value) : 'Inte räknat än')
  const moved = document.querySelector('[data-moved]')
  write(moved, isCounted ? movedOf(paid, beyond) : '')
  moved.hidden = !moved.textContent
  document.querySelector('[data-repaid]').hidden = !(isCounted && facts.unspent)
}

form.addEventListener('input', show)
// Read aloud once the amount is written, and not at each key.
form.addEventListener('change', ({ target }) => {
  const row = rows.find(({ cost, own }) => [cost, own].includes(target))
  if (row) told.textContent = noteOf(row) ? `${row.line.cells[0].firstChild.textContent.trim()}: ${noteOf(row)}` : ''
})
form.addEventListener('autosaved', ({ detail: { base, page } }) => {
  for (const row of rows) {
    row.saved = base[row.comment.name]?.[0].trim() ?? row.saved
    row.bound = page.explained[row.line.dataset.category]
  }
  show()
})
show()
