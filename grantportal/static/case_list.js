// The list of ärenden by keyboard. The keys are heard only while the focus is in the list; elsewhere / alone, and never while somebody types.
const list = document.querySelector('[data-case-list]')
const search = document.querySelector('#sok')

const links = () => [...list.querySelectorAll('tr[data-row] th a')]
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

function move(from, step) {
  const all = links()
  const row = from.closest('tr[data-row]')
  const at = row ? all.indexOf(row.querySelector('th a')) : step > 0 ? -1 : all.length
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)]
  next?.focus()
  next?.closest('tr').scrollIntoView({ block: 'nearest' })
}

list?.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (event.key === '/') search.focus()
  else if (event.key in STEPS) move(event.target, STEPS[event.key])
  else if (event.key === 'Enter' && !event.target.matches('a, button')) event.target.closest('tr[data-row]')?.querySelector('th a').click()
  else return
  event.preventDefault()
})
