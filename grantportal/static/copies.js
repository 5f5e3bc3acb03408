// Copies, in the person's own browser, of what the server does not have yet: a tab that is killed takes no word with it.
// They are locked with a key that only the portal can make and gives only to the same person's pages, gone as soon as the
// server has the text, gone at sign-out, and never older than a day.
const MARK = 'bp-copy:'
const LEFT = 'bp-left'
const DAY = 24 * 60 * 60 * 1000

const toText = (bytes) => btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''))
const toBytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))

export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(MARK)) localStorage.removeItem(name)
}

// By its name, or by the id that it ends with.
export function forgetOne(id) {
  for (const name of Object.keys(localStorage)) if (name.startsWith(MARK) && name.endsWith(id)) localStorage.removeItem(name)
}

export async function open(person, lock, place) {
  const key = await crypto.subtle.importKey('raw', toBytes(lock), 'AES-GCM', false, ['encrypt', 'decrypt'])
  const mine = `${MARK}${person}:${place}:`
  const id = crypto.randomUUID()
  const own = mine + id
  const left = `${LEFT}:${place}`
  const adopted = new Set()
  // While this page is here nobody takes its copy for a lost one.
  navigator.locks.request(own, () => new Promise((gone) => addEventListener('pagehide', gone)))
  // The next page of this tab need not wait until the browser has noticed that this one is gone.
  addEventListener('pagehide', () => sessionStorage.setItem(left, own))
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(MARK) && JSON.parse(localStorage.getItem(name)).at < Date.now() - DAY) localStorage.removeItem(name)
  }
  let line = Promise.resolve()
  const inTurn = (act) => (line = line.then(act).catch(() => {}))

  async function write(content) {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const locked = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(JSON.stringify(content)))
    localStorage.setItem(own, JSON.stringify({ at: Date.now(), iv: toText(iv), text: toText(new Uint8Array(locked)) }))
  }

  async function read(name) {
    const { at, iv, text } = JSON.parse(localStorage.getItem(name))
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: toBytes(iv) }, key, toBytes(text))
    return { name, at, ...JSON.parse(new TextDecoder().decode(plain)) }
  }

  // Those that no open page holds, the oldest first.
  async function lost() {
    const held = new Set((await navigator.locks.query()).held.map((each) => each.name))
    held.delete(sessionStorage.getItem(left))
    const names = Object.keys(localStorage).filter((name) => name.startsWith(mine) && !held.has(name) && !adopted.has(name))
    const found = []
    for (const name of names) {
      try { found.push(await read(name)) } catch { localStorage.removeItem(name) }
    }
    return found.sort((one, other) => one.at - other.at)
  }

  function drop() {
    for (const name of [own, ...adopted]) localStorage.removeItem(name)
    adopted.clear()
  }

  // What this page keeps has in it what it took over: left beside it, the older words would be put back over the newer.
  async function replaceWith(content, taken) {
    await write(content)
    for (const name of taken) {
      localStorage.removeItem(name)
      adopted.delete(name)
    }
  }

  return {
    id,
    // The second: whether the page's own words have those of the copies it has adopted in them.
    keep: (content, hasAdopted) => {
      const taken = hasAdopted ? [...adopted] : []
      return inTurn(() => replaceWith(content, taken))
    },
    drop: () => inTurn(drop),
    lost,
    // From now on it goes with this page's own copy, and only one page has it.
    adopt: (name) => navigator.locks.request(`${mine}adopt`, async () => {
      const there = localStorage.getItem(name) !== null
      if (there) adopted.add(name)
      return there
    })
  }
}
