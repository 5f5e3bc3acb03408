// Amounts as the server reads them (domain/money.py): thousands parted by spaces in groups of three, and never two cells in one.
const NBSP = '\u00a0'
const MINUS = '\u2212'
const WIDTHLESS = /[\u180e\u200b-\u200d\u2060\ufeff]+/g
const SPACE = '[ \u00a0\u2000-\u200a\u202f\u205f\u3000]'
const AMOUNT = new RegExp(`^(\\d+|\\d{1,3}(?:${SPACE}+\\d{3})+)(,00|,-)?\\s*(kr\\.?|krona|kronor|sek|:-)?$`, 'i')
const WHOLE = new RegExp(`^(\\d+|\\d{1,3}(?:${SPACE}+\\d{3})+)$`)
const MOST_DIGITS = 12

// Whole kronor, or null for an empty field and for what the server will refuse.
export const amountOf = (text) => numberIn(AMOUNT, text)
// The same for a number of anything else.
export const wholeOf = (text) => numberIn(WHOLE, text)

function numberIn(pattern, text) {
  const found = pattern.exec(text.replace(WIDTHLESS, '').trim())
  const digits = found && found[1].replace(/\D/g, '').replace(/^0+(?=\d)/, '')
  return digits && digits.length <= MOST_DIGITS ? Number(digits) : null
}

// «2 913 808», with a true minus sign where it is negative.
export const inWords = (kronor) => `${kronor < 0 ? MINUS : ''}${String(Math.abs(kronor)).replace(/\B(?=(\d{3})+$)/g, NBSP)}`
