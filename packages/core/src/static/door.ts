/**
 * Gives a function its public type. Shapes are computed twice: by the compiler, from these types, and at run time. That
 * the two agree is held by tests, not by the compiler, so this one cast is where the run-time functions get their types.
 *
 * Beside a call's arguments editors show the docstring of the declaration in which the signature stands. So the type of one
 * function is written out here, and an interface that several functions share has a docstring at its signature.
 */
export const typed = <F>(f: (...args: never[]) => unknown): F => f as F;
