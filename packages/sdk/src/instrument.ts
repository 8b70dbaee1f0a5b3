/** The parts of the SDK that make spans by themselves, for those who put their own together. */
export { Doctor, type Patient, type PatientSpan } from "./doctor/doctor.ts";
export { FINDING_CODES, type FindingCode } from "./doctor/finding-codes.ts";
export { type Finding, Findings, type Observation } from "./doctor/findings.ts";
export {
  type Actor,
  type Checkout,
  type ConnectionRecord,
  connectionRegistry,
  type LastQuery,
  type PoolWait,
  type TransactionState,
} from "./instrument/database/connection-registry.ts";
export {
  type HookedLibraries,
  type InstrumentationHost,
  startInstrumentations,
  stopInstrumentations,
} from "./instrument/instrumentations.ts";
export {
  DEFAULT_INSTRUMENTATION_SETTINGS,
  type InstrumentationSettings,
} from "./instrument/base/settings.ts";
