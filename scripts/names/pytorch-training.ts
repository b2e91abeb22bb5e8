import type { Library } from "./library.ts";

/** What of PyTorch makes models and trains them. */
export const training: Library["groups"] = [
  [
    "Neural networks",
    `
torch: softmax
F: relu gelu silu softplus log_softmax one_hot
F.logsigmoid -> logSigmoid(x)
F.relu6 -> clip(x, 0, 6)
F.elu F.celu -> elu(x)
F.leaky_relu -> leakyRelu(x)
F.selu -> mul(1.0507009873554805, elu(x, 1.6732632423543772))
torch.prelu -> leakyRelu(x, 0.25) // the slope may be an array with a gradient
F.glu -> mul(slice(x, [null, [0, 2]]), sigmoid(slice(x, [null, [2, 4]])))
F.hardtanh -> clip(x, -1, 1)
F.hardsigmoid -> div(clip(add(x, 3), 0, 6), 6)
F.hardswish -> mul(x, div(clip(add(x, 3), 0, 6), 6))
F.mish -> mul(x, tanh(softplus(x)))
F.softsign -> div(x, add(1, abs(x)))
F.softmin -> softmax(neg(x))
F.tanhshrink -> sub(x, tanh(x))
F.softshrink -> mul(sign(x), maximum(0, sub(abs(x), 0.5)))
torch.hardshrink -> where(greater(abs(x), 0.5), x, 0)
F.threshold -> where(greater(x, 0.5), x, 0)
F.normalize -> div(x, maximum(norm(x, 1, { keepDims: true }), 1e-12))
F.layer_norm F.group_norm F.instance_norm -> div(sub(x, mean(x, 1, { keepDims: true })), sqrt(add(variance(x, 1, { keepDims: true }), 1e-5))) // over other axes for the others
F.rms_norm -> div(x, sqrt(add(mean(square(x), 1, { keepDims: true }), 1e-6)))
F.batch_norm -> standardize.apply(standardize.fit(x), x) // of data, without eps; a layer with running means is a state of one's own
F.dropout F.dropout1d F.dropout2d F.dropout3d -> where(random.bernoulli(key, [3, 4], { p: 0.5 }), div(x, 0.5), 0) // p is the part that stays; the mask of dropout2d is broadcast
F.embedding -> take(x, indices, 0)
F.embedding_bag -> mean(take(x, indices, 0), 0)
F.scaled_dot_product_attention -> matmul(softmax(div(matmul(x, transpose(y)), Math.sqrt(4))), y) // one head
F.gumbel_softmax -> softmax(add(logits, random.gumbel(key, [3, 4])))
init.xavier_uniform_ -> initializer.glorotUniform(key, [64, 32]) // [in, out], and a key
init.xavier_normal_ -> initializer.glorotNormal(key, [64, 32])
init.kaiming_uniform_ -> initializer.heUniform(key, [64, 32])
init.kaiming_normal_ -> initializer.heNormal(key, [64, 32])
init.orthogonal_ -> initializer.orthogonal(key, [64, 32])
init.trunc_normal_ -> mul(0.02, random.truncatedNormal(key, [64, 32], { min: -2, max: 2 }))
init.normal_ -> random.normal(key, [64, 32])
init.uniform_ -> random.uniform(key, [64, 32])
init.zeros_ -> zeros([64, 32])
init.ones_ -> ones([64, 32])
init.constant_ -> full([64, 32], 0.1)
init.eye_ -> eye(3)
init.calculate_gain -> Math.SQRT2 // the initializers know the gain of relu
init.sparse_ -> mul(random.normal(key, [3, 4]), cast(random.bernoulli(key, [3, 4]), "float64"))
`,
  ],
  [
    "Random numbers",
    `
torch.manual_seed torch.seed torch.Generator -> random.key(0) // a key is a value: split it for each use
torch.rand torch.rand_like -> random.uniform(key, [2, 3])
torch.randn torch.randn_like torch.normal -> random.normal(key, [2, 3])
torch.randint torch.randint_like -> random.integers(key, [4], { min: 0, max: 10 })
torch.randperm -> random.permutation(key, 4)
torch.bernoulli -> random.bernoulli(key, [3], { p: 0.3 })
torch.multinomial -> random.categorical(key, log(array([0.2, 0.3, 0.5])), { shape: [10] }) // with replacement
`,
  ],
  [
    "Derivatives",
    `
torch: vmap while_loop cond
torch.func: grad vjp jvp linearize jacfwd jacrev hessian
torch.func.grad_and_value -> valueAndGrad(f)(v) // the value comes first
Tensor.grad autograd.grad autograd.backward -> grad(f)(v) // of a function, with a result: no tape, and no .grad that adds up
Tensor.requires_grad Tensor.retain_grad -> grad((p: NDArray, q: NDArray) => dot(p, q), { argnums: 1 })(v, w) // say it where the derivative is taken
torch.no_grad torch.enable_grad torch.inference_mode torch.set_grad_enabled -> f(v) // outside of grad nothing is recorded; stopGradient inside
autograd.Function -> customVjp((q: NDArray) => sum(q), { forward: (q) => [sum(q), q], backward: (q, t) => [mul(t, q)] })
autograd.gradcheck autograd.gradgradcheck -> checkGradients(f, [v])
autograd.detect_anomaly -> debugNaN(grad(f))(v)
torch.compile -> jit(grad(f))(v)
torch.func.functional_call -> f(v) // a model is a function of its parameters
torch.func.stack_module_state -> tree.stack([params, grads])
`,
  ],
  [
    "Losses",
    `
F.mse_loss -> mean(loss.squaredError(predictions, targets)) // losses keep their rows: take the mean yourself
F.l1_loss -> mean(loss.absoluteError(predictions, targets))
F.huber_loss -> mean(loss.huber(predictions, targets, { delta: 1 }))
F.smooth_l1_loss -> mean(loss.smoothL1(predictions, targets, { beta: 1 }))
F.linear_cross_entropy -> mean(loss.softmaxCrossEntropyWithIntegerLabels(matmul(a, b), labels))
F.cross_entropy -> mean(loss.softmaxCrossEntropyWithIntegerLabels(logits, labels)) // logits, classes along the last axis; softmaxCrossEntropy for probabilities
F.nll_loss -> mean(loss.nll(logSoftmax(logits), labels))
F.binary_cross_entropy_with_logits F.multilabel_soft_margin_loss -> mean(loss.sigmoidBinaryCrossEntropy(logits, probabilities))
F.binary_cross_entropy -> mean(loss.sigmoidBinaryCrossEntropy(sub(log(p), log1p(neg(p))), q)) // of probabilities: keep the logits instead
F.kl_div -> mean(loss.klDivergence(log(probabilities), targets)) // over rows, which is PyTorch's "batchmean"
F.poisson_nll_loss -> mean(loss.poissonNll(predictions, targets))
F.gaussian_nll_loss -> mean(mul(0.5, add(log(q), div(square(sub(p, q)), q)))) // q is the variance
torch.cosine_similarity -> loss.cosineSimilarity(x, y)
F.cosine_embedding_loss -> mean(loss.cosineDistance(x, y)) // of targets 1
F.hinge_embedding_loss -> mean(where(greater(targets, 0), predictions, maximum(0, sub(1, predictions))))
F.soft_margin_loss -> mean(softplus(neg(mul(predictions, targets))))
F.margin_ranking_loss -> mean(maximum(0, neg(sub(predictions, targets))))
F.triplet_margin_loss F.triplet_margin_with_distance_loss -> mean(maximum(0, add(sub(norm(sub(x, y), 1), norm(sub(x, mul(2, y)), 1)), 1)))
`,
  ],
  [
    "Optimizers",
    `
optim.SGD -> sgd(0.1, { momentum: 0.9, nesterov: true, weightDecay: 1e-4 })
optim.Adam -> adam(1e-3, { b1: 0.9, b2: 0.999 })
optim.AdamW -> adamw(1e-3, { weightDecay: 1e-2 }) // 1e-4 by default, as in Optax
optim.Adamax -> adamax(2e-3)
optim.NAdam -> nadam(2e-3, { convention: "torch" })
optim.RAdam -> radam(1e-3, { convention: "torch" })
optim.RMSprop -> rmsprop(0.01, { decay: 0.99, epsInSqrt: false }) // eps outside of the root
optim.Adagrad -> adagrad(0.01, { initialAccumulatorValue: 0, convention: "torch" })
optim.Adadelta -> adadelta(1, { eps: 1e-6 })
optim.Adafactor -> adafactor(0.01)
optim.Rprop -> rprop(0.01)
optim.LBFGS -> lbfgs()
optim.Muon -> muon(0.02)
optim.Optimizer -> trainStep(valueAndGrad(f), optimizer)(trainState(v, optimizer), undefined) // zero_grad, backward and step in one, with a new state
`,
  ],
  [
    "Schedules",
    `
lr_scheduler.LRScheduler lr_scheduler.LambdaLR lr_scheduler.MultiplicativeLR -> sgd((step) => div(0.1, add(step, 1))) // a schedule is a function of the step, given as the learning rate; it counts steps, not epochs
lr_scheduler.StepLR -> schedule.exponentialDecay({ init: 0.1, transitionSteps: 30, decayRate: 0.1, staircase: true })
lr_scheduler.MultiStepLR lr_scheduler.ConstantLR -> schedule.piecewiseConstant({ init: 0.1, boundariesAndScales: [[30, 0.1], [80, 0.1]] })
lr_scheduler.ExponentialLR -> schedule.exponentialDecay({ init: 0.1, transitionSteps: 1, decayRate: 0.95 })
lr_scheduler.LinearLR -> schedule.linear({ init: 0.03, end: 0.1, transitionSteps: 5 })
lr_scheduler.PolynomialLR -> schedule.polynomial({ init: 0.1, end: 0, power: 2, transitionSteps: 100 })
lr_scheduler.CosineAnnealingLR -> schedule.cosineDecay({ init: 0.1, decaySteps: 100 })
lr_scheduler.CosineAnnealingWarmRestarts -> schedule.sgdr({ cycles: [{ init: 0, peak: 0.1, warmupSteps: 1, decaySteps: 100 }] })
lr_scheduler.OneCycleLR -> schedule.cosineOnecycle({ transitionSteps: 100, peak: 0.1 })
lr_scheduler.SequentialLR -> schedule.join([schedule.constant(0.1), schedule.constant(0.01)], [50])
lr_scheduler.ChainedScheduler -> sgd((step) => mul(schedule.constant(0.1)(step), schedule.inverseTime({ init: 1, transitionSteps: 1, decayRate: 0.5 })(step)))
lr_scheduler.CyclicLR -> schedule.piecewiseInterpolate({ kind: "linear", init: 0.01, boundariesAndScales: [[10, 10], [20, 0.1]] })
lr_scheduler.ReduceLROnPlateau -> chain(sgd(0.1), reduceOnPlateau({ factor: 0.1, patience: 10 }))
`,
  ],
  [
    "Data",
    `
data.DataLoader data.RandomSampler data.BatchSampler data.default_collate data.default_convert -> batches(key, data, { size: 2, epochs: 3 }) // inputs by number: batch i depends on the key and on i alone
data.SequentialSampler -> batches(null, data, { size: 2, shuffle: false })
data.WeightedRandomSampler data.SubsetRandomSampler -> batches(key, data, { size: 2, steps: 5, weights: u })
data.TensorDataset data.Dataset data.StackDataset -> ({ x, y }) // a tree of arrays with as many rows
data.Subset -> tree.mapTo((rows) => take(rows, indices), data)
data.ConcatDataset data.ChainDataset -> ({ x: concatenate([x, y]), y: concatenate([u, z]) })
data.random_split -> trainTestSplit(key, data, { testSize: 0.34 })
`,
  ],
  [
    "Saving, and PyTorch's tensors",
    `
torch.save -> [safetensors.encode(params), recording.encode(recording.of(run))] // safetensors files, which Python reads; save of the node entry writes them
torch.load -> [safetensors.decode(safetensors.encode(params)), recording.decode(recording.encode(recording.of(run)))] // not pickles: in Python, safetensors.torch.save_file
Tensor.item -> item(array(5))
Tensor.tolist -> toNested(x)
Tensor.numpy -> toTypedArray(x)
torch.is_nonzero -> item(array(5)) !== 0
`,
  ],
];
