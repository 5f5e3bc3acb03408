// Shows and hides questions as the person answers, as the server does at each save. What is hidden keeps what is typed in it.
// Without a script they come when the answers are saved.
import { wholeOf } from './amounts.js'

const told = document.querySelector('[data-questions-told]')
const questions = [...document.querySelectorAll('[data-shown-if]')]
const form = questions[0]?.closest('form')

// The fields of a question that is asked: one that is hidden answers nothing.
const asked = (name) => [...form.querySelectorAll(`[name="${name}"]`)].filter((field) => !field.closest('[hidden]'))
const isChosen = (field) => !['checkbox', 'radio'].includes(field.type) || field.checked
const isMore = (text, than) => (wholeOf(text) ?? -1) > than

function holds({ field, answers, more_than: than, nothing }) {
  const fields = asked(field)
  if (!fields.length) return false
  const given = fields.filter(isChosen).map((each) => each.value.trim()).filter(Boolean)
  if (than !== null) return given.some((text) => isMore(text, than))
  if (answers.length) return given.some((text) => answers.includes(text))
  return nothing === !given.length
}

// In order, since one may hang on another.
function show() {
  const changed = { shown: [], hidden: [] }
  for (const question of questions) {
    // What cannot be saved as it is stays in sight until it has been put right.
    const hide = !holds(JSON.parse(question.dataset.shownIf)) && !question.querySelector('[aria-invalid="true"]')
    if (hide === question.hidden) continue
    question.hidden = hide
    changed[hide ? 'hidden' : 'shown'].push(question.dataset.question)
  }
  return changed
}

const counted = (labels) => (labels.length === 1 ? 'En fråga' : `${labels.length} frågor`)

function tell({ shown, hidden }) {
  const said = []
  if (shown.length) said.push(`${counted(shown)} till visas: ${shown.join(' ')}`)
  if (hidden.length) said.push(`${counted(hidden)} visas inte längre: ${hidden.join(' ')} Det som är skrivet där finns kvar.`)
  if (said.length) told.textContent = said.join(' ')
}

if (form) {
  document.querySelector('[data-without-script]').remove()
  for (const kind of ['input', 'change']) form.addEventListener(kind, () => tell(show()))
  // The browser may have put back what stood in the fields when the page was left.
  addEventListener('pageshow', show)
  show()
}
