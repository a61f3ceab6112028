import { parseRoute, type Route } from './route'
import { Store } from './store'

export * from './route'

const current = (): Route => parseRoute(window.location.pathname, window.location.search)

export const route = new Store<Route>(current())

window.addEventListener('popstate', () => {
  route.set(current())
})

let worklistPath = '/worklist'

/** Back to the worklist as it was left, with its filters. */
export function toWorklist(): void {
  go(worklistPath)
}

export function go(path: string, options: { replace?: boolean } = {}): void {
  if (`${window.location.pathname}${window.location.search}` === path) return
  if (route.get().page === 'worklist') worklistPath = `/worklist${window.location.search}`
  window.history[options.replace ? 'replaceState' : 'pushState'](null, '', path)
  route.set(current())
}
