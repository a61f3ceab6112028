/** Names of SOP Classes a reader meets (PS3.4 §B.5), without the words "Storage" and "Image" that all of them carry. */
const ROOT = '1.2.840.10008.5.1.4.1.1.'

const NAMES: Record<string, string> = {
  '1': 'Computed Radiography', '1.1': 'Digital X-Ray', '1.1.1': 'Digital X-Ray, for processing', '1.2': 'Digital Mammography',
  '1.2.1': 'Digital Mammography, for processing', '1.3': 'Digital Intra-Oral X-Ray', '2': 'CT', '2.1': 'Enhanced CT',
  '3.1': 'Ultrasound Multi-frame', '4': 'MR', '4.1': 'Enhanced MR', '4.2': 'MR Spectroscopy', '6.1': 'Ultrasound',
  '6.2': 'Enhanced US Volume', '7': 'Secondary Capture', '7.1': 'Multi-frame Single Bit Secondary Capture',
  '7.2': 'Multi-frame Grayscale Byte Secondary Capture', '7.3': 'Multi-frame Grayscale Word Secondary Capture',
  '7.4': 'Multi-frame True Color Secondary Capture', '9.1.1': '12-lead ECG', '9.1.2': 'General ECG', '9.1.3': 'Ambulatory ECG',
  '9.2.1': 'Hemodynamic Waveform', '9.3.1': 'Cardiac Electrophysiology', '9.4.1': 'Basic Voice Audio',
  '11.1': 'Grayscale Softcopy Presentation State', '11.2': 'Color Softcopy Presentation State', '12.1': 'X-Ray Angiographic',
  '12.1.1': 'Enhanced XA', '12.2': 'X-Ray Radiofluoroscopic', '13.1.3': 'Breast Tomosynthesis', '20': 'Nuclear Medicine',
  '30': 'Parametric Map', '66': 'Raw Data', '66.1': 'Spatial Registration', '66.2': 'Spatial Fiducials', '66.4': 'Segmentation',
  '66.5': 'Surface Segmentation', '67': 'Real World Value Mapping', '77.1.1': 'VL Endoscopic', '77.1.1.1': 'Video Endoscopic',
  '77.1.2': 'VL Microscopic', '77.1.2.1': 'Video Microscopic', '77.1.3': 'VL Slide-Coordinates Microscopic', '77.1.4': 'VL Photographic',
  '77.1.4.1': 'Video Photographic', '77.1.5.1': 'Ophthalmic Photography 8 Bit', '77.1.5.2': 'Ophthalmic Photography 16 Bit',
  '77.1.5.4': 'Ophthalmic Tomography', '77.1.6': 'VL Whole Slide Microscopy', '77.1.7': 'Dermoscopic Photography', '88.11': 'Basic Text SR',
  '88.22': 'Enhanced SR', '88.33': 'Comprehensive SR', '88.34': 'Comprehensive 3D SR', '88.40': 'Procedure Log',
  '88.50': 'Mammography CAD SR', '88.59': 'Key Object Selection', '88.65': 'Chest CAD SR', '88.67': 'X-Ray Radiation Dose SR',
  '104.1': 'Encapsulated PDF', '104.2': 'Encapsulated CDA', '104.3': 'Encapsulated STL', '128': 'PET', '128.1': 'Legacy Converted Enhanced PET',
  '130': 'Enhanced PET', '481.1': 'RT Image', '481.2': 'RT Dose', '481.3': 'RT Structure Set', '481.4': 'RT Beams Treatment Record',
  '481.5': 'RT Plan', '481.8': 'RT Ion Plan',
}

/** Name of a SOP Class; empty for private and unknown ones. */
export function sopClassName(uid: string): string {
  return uid.startsWith(ROOT) ? (NAMES[uid.slice(ROOT.length)] ?? '') : ''
}
