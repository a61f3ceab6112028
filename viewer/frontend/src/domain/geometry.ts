/** Where slices lie and which way is up. Patient space is LPS, millimetres (PS3.3 §C.7.6.2). */

export type Vector = readonly [number, number, number]

export interface Plane {
  /** Centre of the first voxel. */
  position: Vector
  /** Unit vector along a row: the direction in which the column index grows. */
  row: Vector
  /** Unit vector down a column. */
  column: Vector
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function length(a: Vector): number {
  return Math.hypot(a[0], a[1], a[2])
}

/** Plane from Image Position and Image Orientation (Patient); undefined when they do not span one. */
export function planeFrom(position: number[], orientation: number[]): Plane | undefined {
  if (position.length !== 3 || orientation.length !== 6) return undefined
  const row = orientation.slice(0, 3) as unknown as Vector
  const column = orientation.slice(3, 6) as unknown as Vector
  if (length(cross(row, column)) < 0.5) return undefined
  return { position: position as unknown as Vector, row, column }
}

export function normal(plane: Plane): Vector {
  return cross(plane.row, plane.column)
}

/** Distance of the plane from the origin along its own normal, in mm: the order of slices. */
export function positionAlongNormal(plane: Plane): number {
  return dot(plane.position, normal(plane))
}

export function isParallel(a: Plane, b: Plane): boolean {
  return Math.abs(dot(normal(a), normal(b))) > 0.999 && dot(a.row, b.row) > 0.99
}

export interface Sortable {
  plane: Plane | undefined
  instanceNumber: number
  /** Acquisition order among slices at one position (time points, echoes). */
  order: number
}

/**
 * Order for scrolling. Parallel slices go by position along the normal, head first for axial, as clinicians read them;
 * anything else (localizers, projections, mixed planes) keeps the instance number.
 */
export function sortSlices<T extends Sortable>(slices: readonly T[]): T[] {
  const first = slices[0]?.plane
  const byNumber = (a: T, b: T): number => a.instanceNumber - b.instanceNumber || a.order - b.order
  if (!first || !slices.every((slice) => slice.plane && isParallel(first, slice.plane))) return [...slices].sort(byNumber)
  const axis = normal(first)
  const along = (slice: T): number => dot((slice.plane as Plane).position, axis)
  const positions = slices.map(along)
  if (Math.max(...positions) - Math.min(...positions) < 0.01) return [...slices].sort(byNumber)
  const direction = readingDirection(axis)
  // Two positions within 0.01 mm are one slice location: rounding in the header must not shuffle time points.
  return [...slices].sort((a, b) => {
    const gap = (along(a) - along(b)) * direction
    return Math.abs(gap) > 0.01 ? gap : byNumber(a, b)
  })
}

/** +1 or -1 so that scrolling down goes head to foot, right to left, or front to back. */
function readingDirection(axis: Vector): 1 | -1 {
  const [x, y, z] = axis
  if (Math.abs(z) >= Math.abs(x) && Math.abs(z) >= Math.abs(y)) return z > 0 ? -1 : 1
  if (Math.abs(x) >= Math.abs(y)) return x > 0 ? 1 : -1
  return y > 0 ? 1 : -1
}

/** Letters towards which a direction in patient space points, strongest first, e.g. "LA". */
export function directionLetters(direction: Vector): string {
  const size = length(direction)
  if (size === 0) return ''
  const letters: [number, string, string][] = [
    [direction[0] / size, 'L', 'R'],
    [direction[1] / size, 'P', 'A'],
    [direction[2] / size, 'H', 'F'],
  ]
  return letters
    .filter(([amount]) => Math.abs(amount) > 0.2)
    .sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]))
    .map(([amount, positive, negative]) => (amount > 0 ? positive : negative))
    .join('')
}

const OPPOSITE: Record<string, string> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' }

export function oppositeLetters(letters: string): string {
  return [...letters].map((letter) => OPPOSITE[letter] ?? letter).join('')
}

export interface EdgeLetters {
  left: string
  right: string
  top: string
  bottom: string
}

/**
 * Letters at the four edges of a viewport.
 *
 * `right` and `down` say where the screen's axes point in image terms: how much along a row and down a column.
 * Without a plane, Patient Orientation (0020,0020) names the row and column directions; with neither there are none.
 */
export function edgeLetters(
  right: readonly [number, number],
  down: readonly [number, number],
  plane: Plane | undefined,
  patientOrientation: readonly string[],
): EdgeLetters | undefined {
  const name = (axis: readonly [number, number]): string => {
    if (plane) {
      const [x, y, z] = [0, 1, 2].map((i) => axis[0] * (plane.row[i] ?? 0) + axis[1] * (plane.column[i] ?? 0))
      return directionLetters([x ?? 0, y ?? 0, z ?? 0])
    }
    const [row = '', column = ''] = patientOrientation
    const [source, amount] = Math.abs(axis[0]) >= Math.abs(axis[1]) ? [row, axis[0]] : [column, axis[1]]
    return amount >= 0 ? source : oppositeLetters(source)
  }
  const [towardsRight, towardsBottom] = [name(right), name(down)]
  if (!towardsRight && !towardsBottom) return undefined
  return {
    left: oppositeLetters(towardsRight),
    right: towardsRight,
    top: oppositeLetters(towardsBottom),
    bottom: towardsBottom,
  }
}

/** Length of a scale bar that takes 40–130 px: 1, 2 or 5 times a power of ten, in mm. */
export function scaleBarLength(mmPerPixel: number): number {
  const target = mmPerPixel * 130
  const power = 10 ** Math.floor(Math.log10(target))
  return ([5, 2, 1].find((step) => step * power <= target) ?? 1) * power
}
