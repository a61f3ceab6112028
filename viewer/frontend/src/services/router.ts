import { parseRoute, type Route } from './route'
import { Store } from './store'

export * from './route'

const current = (): Route => parseRoute(window.location.pathname, window.location.search)

export const route = new Store<Route>(current())

window.addEventListener('popstate', () => {
  route.set(current())
})

export function go(path: string, options: { replace?: boolean } = {}): void {
  if (`${window.location.pathname}${window.location.search}` === path) return
  window.history[options.replace ? 'replaceState' : 'pushState'](null, '', path)
  route.set(current())
}
