/**
 * Gives a function its public type. Shapes are computed twice: by the compiler, from these types, and at run time. That
 * the two agree is held by tests, not by the compiler, so this one cast is where the run-time functions get their types.
 */
export const typed = <F>(f: (...args: never[]) => unknown): F => f as F;
