"""How far the step is from its limit: its convolutions alone, and nothing else.

The convolutions are read from the graph of the step itself, with their shapes and precision, and
run alone, one after the other. Steps with and without the lazy penalties are weighted as they
come.
"""

import math

import numpy as np

import gan_helpers as gh
from timing import fitting, measuring

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import tensorflow as tf  # isort: skip

KINDS = {
    "Conv2D": "forward",
    "Conv2DBackpropInput": "backward, to the input",
    "Conv2DBackpropFilter": "backward, to the kernel",
}
BRANCHES = {"If", "StatelessIf", "While", "StatelessWhile"}


def convolutions(gan, batch_size):
    """Return the convolution operations of one training step, those that its results need."""
    spec = tf.TensorSpec((batch_size, *gan.sample_shape))
    graph = tf.function(gan.train_step).get_concrete_function(spec).graph
    operations = graph.get_operations()
    needed = {id(tensor.op) for tensor in tf.nest.flatten(graph.outputs)}
    for operation in reversed(operations):
        if id(operation) in needed or operation.op_def.is_stateful:  # moves weights
            needed.add(id(operation))
            needed.update(id(tensor.op) for tensor in operation.inputs)
            needed.update(id(control) for control in operation.control_inputs)
    if branches := {op.type for op in operations} & {
        "If",
        "StatelessIf",
        "While",
        "StatelessWhile",
    }:
        raise RuntimeError(f"the step has branches that cannot be counted: {branches}.")
    found = [op for op in operations if "Conv" in op.type and id(op) in needed]
    for operation in found:
        shapes = [tensor.shape for tensor in (*operation.inputs, *operation.outputs)]
        if operation.type not in KINDS or not all(shape.is_fully_defined() for shape in shapes):
            raise RuntimeError(f"cannot measure {operation.type} {operation.name}, {shapes}.")
    return found


def work(operation):
    """Return the floating point operations of a convolution, two for each multiply-and-add."""
    _, second, *others = operation.inputs
    kernel, out = {
        "Conv2D": (second, operation.outputs[0]),
        "Conv2DBackpropInput": (second, *others),
        "Conv2DBackpropFilter": (operation.outputs[0], *others),
    }[operation.type]
    # Whatever the direction: each pixel of the output meets each weight of its kernel once.
    return 2 * math.prod(out.shape[:3]) * math.prod(kernel.shape)


def alone(operations):
    """Return a function that runs these convolutions, on numbers of its own, and nothing else."""
    # Variables, because TensorFlow computes with constants beforehand.
    inputs = [
        [
            tf.Variable(tf.cast(tf.random.normal(tensor.shape), tensor.dtype))
            if tensor.dtype.is_floating
            else tf.constant(operation.outputs[0].shape.as_list())  # a size
            for tensor in operation.inputs
        ]
        for operation in operations
    ]

    @tf.function
    def run():
        results = []
        for operation, given in zip(operations, inputs, strict=True):
            with tf.control_dependencies(results[-1:]):  # one after the other
                results.append(again(operation, [tf.convert_to_tensor(value) for value in given]))
        return results

    return run


def again(operation, given):
    """Return the result of such a convolution on other numbers."""
    options = {
        name: operation.get_attr(name)
        for name in ("strides", "padding", "explicit_paddings", "data_format", "dilations")
    }
    options = {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in options.items()
    }
    function = getattr(tf.raw_ops, operation.type)
    names = {
        "Conv2D": ("input", "filter"),
        "Conv2DBackpropInput": ("input_sizes", "filter", "out_backprop"),
        "Conv2DBackpropFilter": ("input", "filter_sizes", "out_backprop"),
    }[operation.type]
    return function(**dict(zip(names, given, strict=True)), **options)


def large():
    """Return (function, work) of one large convolution in the precision of the networks."""
    dtype = keras.config.dtype_policy().compute_dtype
    images = tf.Variable(tf.cast(tf.random.normal((32, 28, 28, 128)), dtype))
    kernel = tf.Variable(tf.cast(tf.random.normal((3, 3, 128, 128)), dtype))
    run = tf.function(lambda: tf.nn.conv2d(images, kernel, 1, "SAME"))
    return run, 2 * 32 * 28 * 28 * 9 * 128 * 128


def section(quick):
    """Return the section on the limit."""
    batch_size = gh.recipes.BATCH_SIZE
    settings = gh.recipes.settings()
    every = settings["penalty_every"]
    always = convolutions(fitting.build(penalty_every=1), batch_size)
    never = convolutions(fitting.build(r1=0.0, r2=0.0), batch_size)
    weights = {"never": (every - 1) / every, "always": 1 / every}
    operations = {"never": never, "always": always}

    gan = fitting.build(fitting.STEPS_A_CALL)
    gan.make_train_function()
    iterator = iter(fitting.batches())
    functions = {"step": lambda: gan.train_function(iterator)}
    for name, chosen in operations.items():
        for kind in KINDS:
            functions[name, kind] = alone([op for op in chosen if op.type == kind])
        functions[name] = alone(chosen)
    functions["large"], large_work = large()
    times = measuring.in_turns(functions, 15 if quick else 60)

    step = np.array(times["step"].wall) / fitting.STEPS_A_CALL
    rows = [f"the whole step | | {1e3 * np.median(step):.2f} | | 1"]

    def row(title, suffix, kinds):
        seconds = sum(
            share * np.array(times[(name, suffix) if suffix else name].wall)
            for name, share in weights.items()
        )
        counts = {
            name: [op for op in chosen if op.type in kinds] for name, chosen in operations.items()
        }
        total = sum(weights[name] * sum(map(work, ops)) for name, ops in counts.items())
        number = sum(weights[name] * len(ops) for name, ops in counts.items())
        rate = total / np.median(seconds) / 1e9
        rows.append(
            f"{title} | {number:g} | {1e3 * np.median(seconds):.2f} | {rate:.0f} | "
            f"{np.median(seconds / step):.2f}"
        )

    row("its convolutions alone", "", KINDS)
    for kind, title in KINDS.items():
        row(f"of them {title}", kind, (kind,))
    seconds = np.median(times["large"].wall)
    rows.append(
        f"one large convolution (3 x 3, 128 to 128 channels, 28 px), for comparison | | "
        f"{1e3 * seconds:.2f} | {large_work / seconds / 1e9:.0f} | "
    )
    return (
        f"Batch {batch_size}, penalties at each {every}th step counted by a {every}th. The "
        "convolutions run one after the other; a step runs two operations at a time where it can, "
        "so the share may exceed 1.\n\n"
        + measuring.table("What | operations | ms | GFLOP/s | share of the step", rows)
    )
