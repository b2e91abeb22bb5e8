/** The public names that none of the four libraries has a name for, by kind: with what each kind is for. */
export const only: readonly (readonly [kind: string, reason: string, names: string])[] = [
  [
    "Runs as values",
    "a run can be looked at, forked, replayed and verified, which a loop of one's own cannot",
    "trajectory.at trajectory.evaluate trajectory.column trajectory.map trajectory.slice trajectory.watch trajectory.bestSoFar trajectory.stalled trajectory.fork trajectory.forkWith trajectory.diff trajectory.verify trajectory.reopen trajectory.replayFrom trajectory.forward trajectory.backward withValidation",
  ],
  [
    "Results in the place of exceptions",
    "what is read from outside, and `attempt`, give an `Either`",
    "either.flatMap either.getOrElse either.isLeft either.isRight either.left either.map either.mapLeft either.match either.right option.flatMap option.fromNullable option.getOrElse option.isNone option.isSome option.map option.match option.none option.some option.toUndefined orThrow pipe",
  ],
  [
    "Errors by their kind",
    "`instanceof` tells a wrong shape from a wrong number",
    "DecodeError DomainError DTypeError ShapeError TraceError TreeError FileError",
  ],
  [
    "Files and other forms of arrays",
    "JSON and scijs are JavaScript's own; recordings grow while a run goes on",
    "fromJSON tree.fromJSON tree.toNamed tree.fromNamed fromNdarray toNdarray record resume load save",
  ],
  ["Programs as data", "what `program.of` gives, as plain records", "program.evaluate program.print program.simplify"],
  [
    "Second derivatives",
    "a Hessian times a vector without the Hessian, and Newton's method with it",
    "hvp newton transform.scaleByNewton",
  ],
  [
    "Data to try things on",
    "for examples and tests, from a key",
    "synthetic.line synthetic.sine synthetic.moons synthetic.circles synthetic.spirals synthetic.blobs synthetic.xor testFunction.rosenbrock testFunction.himmelblau testFunction.beale testFunction.booth testFunction.rastrigin testFunction.ackley testFunction.quadratic testFunction.saddle standardize.invert",
  ],
  ["Members of families that the others leave out", "they complete `loss` and `metric`", "loss.squaredHinge metric.f1"],
  ["Fits", "the answer and how sure it is, without a loop", "minimize leastSquares curveFit root fitStatuses"],
  [
    "Figures",
    "Observable Plot's, as SVG text",
    "descent lossCurve forkCurve difference scheduleCurve traces sweep boundary residualHistogram residuals scatterFit replayPage render light dark paper",
  ],
  ["The version of the numbers", "it changes whenever a bit of any result does", "numerics"],
];
