import type { Types } from '@cornerstonejs/core'
import type { Frame } from '../../domain/frames'
import { dot, edgeLetters, scaleBarLength, type Vector } from '../../domain/geometry'
import { hasExactWindow } from '../../domain/suv'
import { fromBounds } from '../../domain/windowing'
import type { StackView } from './stackView'

type Measured = Pick<StackView, 'window' | 'zoom' | 'letters' | 'scaleBar' | 'inverted'>

/** Reads from the viewport what the texts need. Uses only canvas-to-world, so flips and rotations need no special case. */
export function measureView(viewport: Types.IStackViewport, frame: Frame, width: number): Measured {
  const origin = viewport.canvasToWorld([0, 0])
  const right = difference(viewport.canvasToWorld([100, 0]), origin)
  const down = difference(viewport.canvasToWorld([0, 100]), origin)
  const row: Vector = frame.plane?.row ?? [1, 0, 0]
  const column: Vector = frame.plane?.column ?? [0, 1, 0]
  const worldPerPixel = Math.hypot(...right) / 100
  const { voiRange, invert } = viewport.getProperties()
  const colour = frame.pixel.samplesPerPixel > 1 || frame.pixel.photometricInterpretation === 'PALETTE COLOR'
  return {
    window: voiRange && !colour ? fromBounds(voiRange.lower, voiRange.upper, hasExactWindow(frame)) : undefined,
    zoom: worldPerPixel > 0 ? (frame.spacing?.column ?? 1) / worldPerPixel : 1,
    letters: edgeLetters(
      [dot(right, row), dot(right, column)],
      [dot(down, row), dot(down, column)],
      frame.plane,
      frame.patientOrientation,
    ),
    scaleBar: frame.spacing && worldPerPixel > 0 ? scaleBar(worldPerPixel, width) : undefined,
    inverted: Boolean(invert) !== (frame.pixel.photometricInterpretation === 'MONOCHROME1'),
  }
}

function scaleBar(mmPerPixel: number, width: number): StackView['scaleBar'] {
  const mm = scaleBarLength(mmPerPixel)
  const pixels = mm / mmPerPixel
  return pixels < width / 2 ? { mm, pixels } : undefined
}

function difference(a: Types.Point3, b: Types.Point3): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}
