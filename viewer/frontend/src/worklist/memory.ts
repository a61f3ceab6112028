import { readWorklist } from '../api/viewer'
import { Store } from '../services/store'
import { WorklistStore } from './worklistStore'

/** What the worklist remembers while a study is open. In memory only: the search text may be a name. */
export const worklist = new WorklistStore(readWorklist)
export const searchText = new Store('')
export const selectedRow = new Store<string | undefined>(undefined)
export const scrollTop = new Store(0)
