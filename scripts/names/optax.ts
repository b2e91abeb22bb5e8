import type { Library } from "./library.ts";

export const optax: Library = {
  key: "optax",
  title: "Optax",
  groups: [
    [
      "Optimizers",
      `
optax: sgd adam adamw adamax adamaxw nadam nadamw amsgrad radam rmsprop adagrad adadelta adabelief yogi lion lamb lars fromage
optax: adafactor adan novograd sm3 rprop noisy_sgd sign_sgd signum polyak_sgd optimistic_gradient_descent lbfgs
optax.contrib: muon sam schedule_free reduce_on_plateau
optax.contrib.schedule_free_sgd -> scheduleFree(sgd(0.1), { learningRate: 0.1 })
optax.contrib.schedule_free_adamw -> scheduleFree(adamw(0.1, { b1: 0 }), { learningRate: 0.1 })
`,
    ],
    [
      "Transforms, and how they are put together",
      `
optax: chain apply_updates global_norm lookahead apply_if_finite masked partition freeze
optax>transform: scale scale_by_learning_rate scale_by_schedule trace ema clip clip_by_global_norm clip_by_block_rms adaptive_grad_clip centralize
optax>transform: zero_nans keep_params_nonnegative add_decayed_weights add_noise normalize_by_update_norm scale_by_trust_ratio
optax>transform: scale_by_adam scale_by_adamax scale_by_adan scale_by_amsgrad scale_by_belief scale_by_yogi scale_by_radam scale_by_rms scale_by_rss
optax>transform: scale_by_stddev scale_by_adadelta scale_by_factored_rms scale_by_param_block_rms scale_by_lbfgs scale_by_lion scale_by_novograd
optax>transform: scale_by_optimistic_gradient scale_by_polyak scale_by_rprop scale_by_sign scale_by_sm3
optax.contrib>transform: scale_by_muon
optax.named_chain -> namedChain({ clip: transform.clip(1), step: sgd(0.1) }) // a record
optax.MultiSteps optax.apply_every -> multiSteps(sgd(0.1), { every: 4 }) // the mean of the gradients; apply_every sums them
optax.multi_transform -> partition({ fast: sgd(1), slow: sgd(0.1) }, (path) => (path === "b" ? "fast" : "slow"))
optax.selective_transform -> chain(sgd(0.1), freeze((path) => path.endsWith("w")))
optax.set_to_zero -> transform.scale(0)
optax.identity -> transform.scale(1)
optax.inject_hyperparams optax.inject_stateful_hyperparams -> injectHyperparams((h) => sgd(h.learningRate), { learningRate: 0.1 })
optax.skip_not_finite -> applyIfFinite(sgd(0.1), { maxConsecutiveErrors: 5 }) // around the optimizer
optax.scale_by_backtracking_linesearch -> lineSearch.backtracking()
optax.scale_by_zoom_linesearch -> lineSearch.zoom()
optax.incremental_update -> tree.map((p, q) => add(mul(0.9, p), mul(0.1, q)), params, grads)
optax.periodic_update -> tree.map((p, q) => where(equal(remainder(array(6), 3), 0), q, p), params, grads)
optax.safe_norm -> maximum(norm(v), 1e-6)
optax.safe_root_mean_squares -> sqrt(maximum(mean(square(v)), 1e-12))
optax.value_and_grad_from_state -> valueAndGrad(f)(v) // trainStep hands on what a line search found
optax.GradientTransformation -> ({ init: sgd(0.1).init, update: sgd(0.1).update }) // the type is Transform
optax.scale_gradient -> add(mul(0.5, v), mul(0.5, stopGradient(v)))
optax.per_example_global_norm_clip -> sum(vmap((row: NDArray) => projection.l2Ball(row, 1))(x), 0) // of gradients, one a row
optax.microbatch -> scan((total: NDArray, row: NDArray) => [add(total, grad(f)(row)), null], zeros([4]), x)[0]
`,
    ],
    [
      "Schedules",
      `
optax.constant_schedule -> schedule.constant(0.1)
optax.linear_schedule -> schedule.linear({ init: 0.1, end: 0, transitionSteps: 100 }) // and transitionBegin
optax.polynomial_schedule -> schedule.polynomial({ init: 0.1, end: 0, power: 2, transitionSteps: 100 }) // and transitionBegin
optax.exponential_decay -> schedule.exponentialDecay({ init: 0.1, transitionSteps: 100, decayRate: 0.5 }) // and transitionBegin, staircase, end
optax.cosine_decay_schedule -> schedule.cosineDecay({ init: 0.1, decaySteps: 100 }) // and alpha, exponent
optax.warmup_constant_schedule -> schedule.warmupConstant({ init: 0, peak: 0.1, warmupSteps: 10 })
optax.warmup_cosine_decay_schedule -> schedule.warmupCosineDecay({ init: 0, peak: 0.1, warmupSteps: 10, decaySteps: 100 }) // and end, exponent
optax.warmup_exponential_decay_schedule -> schedule.warmupExponentialDecay({ init: 0, peak: 0.1, warmupSteps: 10, transitionSteps: 100, decayRate: 0.5 }) // and transitionBegin, staircase, end
optax.sgdr_schedule -> schedule.sgdr({ cycles: [{ init: 0, peak: 0.1, warmupSteps: 10, decaySteps: 100 }] })
optax.cosine_onecycle_schedule -> schedule.cosineOnecycle({ transitionSteps: 100, peak: 0.1 }) // and pctStart, divFactor, finalDivFactor
optax.linear_onecycle_schedule -> schedule.linearOnecycle({ transitionSteps: 100, peak: 0.1 }) // and pctStart, pctFinal, divFactor, finalDivFactor
optax.piecewise_constant_schedule -> schedule.piecewiseConstant({ init: 0.1, boundariesAndScales: [[50, 0.5]] }) // a list of [step, scale]
optax.piecewise_interpolate_schedule -> schedule.piecewiseInterpolate({ kind: "linear", init: 0.1, boundariesAndScales: [[50, 0.5]] }) // or kind "cosine"
optax.join_schedules -> schedule.join([schedule.constant(0.1), schedule.constant(0.01)], [50])
`,
    ],
    [
      "Losses and projections",
      `
optax>loss: squared_error l2_loss log_cosh softmax_cross_entropy softmax_cross_entropy_with_integer_labels sigmoid_binary_cross_entropy
optax>loss: cosine_similarity cosine_distance kl_divergence smooth_labels
optax.huber_loss -> loss.huber(predictions, targets) // delta is an option
optax.hinge_loss -> loss.hinge(predictions, sign(targets))
optax.sigmoid_focal_loss -> loss.sigmoidFocal(logits, oneHot(labels, 4))
optax.safe_softmax_cross_entropy -> loss.softmaxCrossEntropy(logits, probabilities) // 0 · -Infinity counts as 0 here in any case
optax.losses.kl_divergence_with_log_targets -> loss.klDivergence(log(probabilities), exp(log(probabilities)))
optax.generalized_kl_divergence -> add(loss.klDivergence(log(probabilities), targets), sum(sub(probabilities, targets), -1))
optax.convex_kl_divergence -> add(loss.klDivergence(log(probabilities), targets), sum(sub(probabilities, targets), -1))
optax.losses.perceptron_loss -> maximum(0, neg(mul(predictions, sign(targets))))
optax.losses.triplet_margin_loss -> maximum(0, add(sub(norm(sub(x, y), 1), norm(sub(x, mul(2, y)), 1)), 1))
optax.losses.poly_loss_cross_entropy -> add(loss.softmaxCrossEntropy(logits, probabilities), mul(2, sub(1, sum(mul(probabilities, softmax(logits)), -1))))
optax.losses.dice_loss optax.losses.binary_dice_loss -> sub(1, div(mul(2, sum(mul(q, p))), add(sum(q), sum(p)))) // of probabilities
optax.projections.projection_box -> projection.box(params, { lower: -1, upper: 1 }) // bounds may be trees, too
optax.projections.projection_non_negative -> projection.nonNegative(params)
optax.projections.projection_simplex -> projection.simplex(params)
optax.projections.projection_l2_ball -> projection.l2Ball(params)
optax.projections.projection_hypercube -> projection.box(params, { lower: 0, upper: 1 })
optax.projections.projection_linf_ball -> projection.box(params, { lower: -1, upper: 1 })
optax.projections.projection_l2_sphere -> tree.map((p) => div(p, globalNorm(params)), params)
optax.projections.projection_halfspace -> sub(v, mul(w, div(maximum(sub(dot(v, w), 1), 0), dot(w, w))))
optax.projections.projection_hyperplane -> sub(v, mul(w, div(sub(dot(v, w), 1), dot(w, w))))
optax.projections.projection_vector -> mul(w, div(dot(v, w), dot(w, w)))
`,
    ],
    [
      "Trees",
      `
optax.tree>tree: zeros_like
optax.tree.allclose -> tree.allClose(params, params)
optax.tree.ones_like -> tree.map((p) => onesLike(p), params)
optax.tree.full_like -> tree.map((p) => full(p.shape, 7), params)
optax.tree.add -> tree.map((p, q) => add(p, q), params, grads)
optax.tree.sub -> tree.map((p, q) => sub(p, q), params, grads)
optax.tree.mul -> tree.map((p, q) => mul(p, q), params, grads)
optax.tree.div -> tree.map((p, q) => div(p, q), params, grads)
optax.tree.scale -> tree.map((p) => mul(0.5, p), params)
optax.tree.add_scale -> tree.map((p, q) => add(p, mul(0.5, q)), params, grads)
optax.tree.clip -> tree.map((p) => clip(p, -1, 1), params)
optax.tree.where -> tree.map((p, q) => where(greater(p, q), p, q), params, grads)
optax.tree.cast optax.tree.cast_like -> tree.map((p) => cast(p, "float32"), params)
optax.tree.norm -> globalNorm(params)
optax.tree.sum -> sum(tree.ravel(params)[0])
optax.tree.max -> max(tree.ravel(params)[0])
optax.tree.min -> min(tree.ravel(params)[0])
optax.tree.vdot -> dot(tree.ravel(params)[0], tree.ravel(grads)[0])
optax.tree.size -> tree.ravel(params)[0].shape[0]
optax.tree.dtype -> tree.ravel(params)[0].dtype
optax.tree.random_like -> tree.map((p) => random.normal(key, p.shape), params) // foldIn for a key of each leaf's own
optax.tree.split_key_like -> random.split(key, tree.leaves(params).length)
optax.tree.get optax.tree.set optax.tree.get_all_with_path -> tree.mapTo((leaf, path) => [path, leaf.shape], params) // a state is plain data: write { ...state, count }
optax.tree.update_moment -> tree.map((m, g) => add(mul(0.9, m), mul(0.1, g)), params, grads)
`,
    ],
  ],
  absent: [
    [
      "Means of one's own optimizer",
      "a transform is an object of two functions over trees, so these are `tree.map` with a formula",
      "optax: bias_correction conditionally_mask conditionally_transform flatten init_empty_state matrix_inverse_pth_root measure_with_ema monitor power_iteration safe_increment safe_int32_increment skip_large_updates snapshot stateless stateless_with_tree_map tree_map_params update_infinity_moment update_moment update_moment_per_elem_norm with_extra_args_support nnls optax.tree: batch_shape bias_correction map_params unwrap_random_key_data update_infinity_moment update_moment_per_elem_norm optax.contrib: split_real_and_imaginary",
    ],
    [
      "Further optimizers",
      "not there; most are a few lines of `chain`",
      "optax: optimistic_adam optimistic_adam_v2 scale_by_distance_over_gradients scale_by_param_block_norm optax.contrib: acprop ademamix adopt cocob dadapt_adamw dog dowg galore hutchinson_estimator_diag_hessian madgrad mechanize momo momo_adam normalize prodigy scale_by_acprop scale_by_ademamix scale_by_adopt scale_by_cocob scale_by_galore scale_by_madgrad scale_by_simplified_ademamix schedule_free_eval_params simplified_ademamix sophia",
    ],
    [
      "Privacy for each example",
      "`vmap(grad(f))` gives the gradients that these clip",
      "optax: per_example_layer_norm_clip optax.contrib: differentially_private_aggregate dpsgd",
    ],
    [
      "Losses of sequences, rankings and sparse probabilities",
      "outside of what the models here need so far",
      "optax: ctc_loss ctc_loss_with_forward_probs ntxent multi_normal optax.losses: make_fenchel_young_loss multiclass_generalized_dice_loss multiclass_hinge_loss multiclass_perceptron_loss multiclass_sparsemax_loss ranking_softmax_loss sparsemax_loss",
    ],
    ["Projections", "not there yet", "optax.projections: projection_l1_ball projection_l1_sphere"],
    ["Complex numbers", "there is no complex dtype", "optax.tree: conj real"],
  ],
};
