export { attempt, DomainError, DTypeError, type GradfoldError, orThrow, ShapeError, TraceError, TreeError } from "./error.ts";
