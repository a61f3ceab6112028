import { number, numbers, text, texts, type Dataset } from './dicomJson'
import { TAG } from './tags'

/** What a reader must know about the pixels: ever lossy (PS3.3 §C.7.6.1.1.5), and made by a computer or acquired. */
export interface PixelOrigin {
  lossy: boolean
  /** Compression ratio n of n:1, when stored. */
  ratio: number | undefined
  derived: boolean
}

export function pixelOrigin(dataset: Dataset): PixelOrigin {
  const ratios = numbers(dataset, TAG.LossyImageCompressionRatio)
  return {
    lossy: text(dataset, TAG.LossyImageCompression) === '01' || number(dataset, TAG.LossyImageCompression) === 1,
    // Several steps of compression multiply.
    ratio: ratios.length ? ratios.reduce((product, ratio) => product * ratio, 1) : undefined,
    derived: texts(dataset, TAG.ImageType)[0] === 'DERIVED',
  }
}
