import { item, items, number, personName, text, values, type Dataset } from './dicomJson'
import { formatGroup } from './personName'
import { isoDate } from './dates'

/** One content item of a structured report (PS3.3 §C.17.3), made readable. Works for any template. */
export interface ReportNode {
  name: string
  value: string
  /** Empty for containers. */
  type: string
  children: ReportNode[]
}

const MEANING = '00080104'
const CHILDREN = '0040A730'

export function reportTree(dataset: Dataset): ReportNode {
  return { ...node(dataset), name: text(item(dataset, '0040A043'), MEANING) }
}

function node(content: Dataset): ReportNode {
  const type = text(content, '0040A040')
  return {
    name: text(item(content, '0040A043'), MEANING),
    value: valueOf(content, type),
    type: type === 'CONTAINER' ? '' : type,
    children: items(content, CHILDREN).map(node),
  }
}

function valueOf(content: Dataset, type: string): string {
  switch (type) {
    case 'TEXT':
      return text(content, '0040A160')
    case 'CODE':
      return text(item(content, '0040A168'), MEANING)
    case 'NUM': {
      const measured = item(content, '0040A300')
      const unit = item(measured, '004008EA')
      const unitText = text(unit, '00080100') === '1' ? '' : text(unit, MEANING) || text(unit, '00080100')
      const amount = number(measured, '0040A30A')
      return amount === undefined ? text(item(content, '0040A301'), MEANING) : [String(amount), unitText].join(' ').trim()
    }
    case 'PNAME':
      return formatGroup(personName(content, '0040A123').Alphabetic ?? '')
    case 'DATE':
      return isoDate(text(content, '0040A121'))
    case 'TIME':
      return text(content, '0040A122')
    case 'DATETIME':
      return text(content, '0040A120')
    case 'UIDREF':
      return text(content, '0040A124')
    case 'IMAGE':
    case 'COMPOSITE':
    case 'WAVEFORM':
      return text(item(content, '00081199'), '00081155')
    case 'SCOORD':
    case 'SCOORD3D':
      return `${text(content, '00700023')} ${values(content, '00700022').length / (type === 'SCOORD' ? 2 : 3)}`
    default:
      return ''
  }
}
