#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes fixtures/*.safetensors: what PyTorch computes in double, forward and backward, for the layers and models of
transfix. Needs PyTorch 1.13 or newer and numpy.

Every case has two shapes, `even` and `odd`; widths and lengths of the second fill no whole number of vectors. Tensors
are named <shape>.parameters.<our name>, <shape>.inputs.<number>, <shape>.output, <shape>.upstream and
<shape>.parameter_gradients / input_gradients, the gradients of sum(output * upstream), or of a loss. Parameters are
drawn in our layout and transposed for PyTorch, so their gradients come back in our layout. Numbers that are drawn are
rounded to half precision, which every type holds exactly, and stored so.
"""

import collections
import json
import math
import pathlib
import struct
import zlib

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
files = collections.defaultdict(dict)


class Case:
    """One layer in one shape: draws its numbers and keeps what comes out."""

    def __init__(self, layer, shape):
        self.tensors, self.shape = files[layer], shape
        self.random = numpy.random.default_rng(zlib.crc32(f"{layer} {shape}".encode()))
        self.parameters, self.inputs = {}, []

    def keep(self, name, array):
        self.tensors[f"{self.shape}.{name}"] = array

    def draw(self, name, extents, scale, mean=0.0):
        numbers = (mean + scale * self.random.standard_normal(extents)).astype(numpy.float16)
        self.keep(name, numbers)
        return torch.tensor(numbers.astype(numpy.float64), requires_grad=True)

    def parameter(self, name, *extents, scale=0.5, mean=0.0):
        """A parameter under our name; one of that name that was drawn before is shared."""
        if name not in self.parameters:
            self.parameters[name] = self.draw(f"parameters.{name}", extents, scale, mean)
        return self.parameters[name]

    def input(self, *extents, scale=1.0):
        self.inputs.append(self.draw(f"inputs.{len(self.inputs)}", extents, scale))
        return self.inputs[-1]

    def tokens(self, name, count, below, ignored=()):
        numbers = self.random.integers(0, below, count).astype(numpy.int32)
        numbers[list(ignored)] = -100
        self.keep(name, numbers)
        return torch.tensor(numbers.astype(numpy.int64))

    def finish(self, output):
        """Runs backward from an output [rows, columns], or from a loss."""
        if output.dim() == 0:
            output.backward()
            output = output.reshape(1)
        else:
            upstream = self.draw("upstream", tuple(output.shape), 1.0).detach()
            (output * upstream).sum().backward()
        self.keep("output", output.detach().numpy())
        for number, tensor in enumerate(self.inputs):
            self.keep(f"input_gradients.{number}", tensor.grad.numpy())
        for name, tensor in self.parameters.items():
            self.keep(f"parameter_gradients.{name}", tensor.grad.numpy())


def write(path, tensors):
    header, pieces, offset = {}, [], 0
    kinds = {"float16": "F16", "float64": "F64", "int32": "I32"}
    for name, array in sorted(tensors.items()):
        piece = numpy.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": kinds[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(piece)]}
        pieces.append(piece)
        offset += len(piece)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(pieces))


# The parts of layers. Names of parameters begin with `prefix`, such as "attention.".

def call(module, parameters, *arguments, **named):
    """A module of PyTorch with the given numbers as its parameters, all of them."""
    assert set(parameters) == {name for name, _ in module.named_parameters()}, set(parameters)
    for name, tensor in parameters.items():
        owner, _, last = name.rpartition(".")
        delattr(module.get_submodule(owner), last)
        setattr(module.get_submodule(owner), last, tensor)
    return module(*arguments, **named)


def affine(case, prefix, inputs, outputs, bias=True):
    """The weight and the bias of a linear map as PyTorch has them."""
    weight = case.parameter(f"{prefix}weight", inputs, outputs, scale=inputs ** -0.5).T
    return weight, case.parameter(f"{prefix}bias", outputs) if bias else None


def linear(case, prefix, x, outputs, bias=True):
    return F.linear(x, *affine(case, prefix, x.shape[-1], outputs, bias))


def scale_of_norm(case, prefix, width):
    return case.parameter(f"{prefix}scale", width, scale=0.25, mean=1.0)


def norm_parameters(case, prefix, width):
    return scale_of_norm(case, prefix, width), case.parameter(f"{prefix}bias", width)


def layer_norm(case, prefix, x, epsilon=1e-5):
    return F.layer_norm(x, x.shape[-1:], *norm_parameters(case, prefix, x.shape[-1]), epsilon)


def rms_norm(case, prefix, x, epsilon=1e-5):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * scale_of_norm(case, prefix, x.shape[-1])


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def feed_forward(case, prefix, x, hidden, activation):
    return linear(case, f"{prefix}down.", activation(linear(case, f"{prefix}up.", x, hidden)), x.shape[-1])


def gated_feed_forward(case, prefix, x, hidden, activation, bias):
    gate = activation(linear(case, f"{prefix}gate.", x, hidden, bias))
    return linear(case, f"{prefix}down.", gate * linear(case, f"{prefix}up.", x, hidden, bias), x.shape[-1], bias)


def causal_mask(length):
    """True where a query (row) does not see a key (column)."""
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def padding_mask(context, length):
    return torch.arange(context) >= length


def self_attention_parameters(case, prefix, width):
    joined, joined_bias = affine(case, f"{prefix}query_key_value.", width, 3 * width)
    projection, projection_bias = affine(case, f"{prefix}projection.", width, width)
    return {"in_proj_weight": joined, "in_proj_bias": joined_bias,
            "out_proj.weight": projection, "out_proj.bias": projection_bias}


def cross_attention_parameters(case, prefix, width, source_width):
    query, query_bias = affine(case, f"{prefix}query.", width, width)
    key_value, key_value_bias = affine(case, f"{prefix}key_value.", source_width, 2 * width)
    projection, projection_bias = affine(case, f"{prefix}projection.", width, width)
    parameters = {"in_proj_bias": torch.cat([query_bias, key_value_bias]),
                  "out_proj.weight": projection, "out_proj.bias": projection_bias}
    if source_width == width:
        return parameters | {"in_proj_weight": torch.cat([query, key_value])}
    return parameters | {"q_proj_weight": query, "k_proj_weight": key_value[:width], "v_proj_weight": key_value[width:]}


def self_attention(case, prefix, x, heads, mask=None, padding=None):
    module = torch.nn.MultiheadAttention(x.shape[-1], heads)
    return call(module, self_attention_parameters(case, prefix, x.shape[-1]), x, x, x, attn_mask=mask,
                key_padding_mask=padding, need_weights=False)[0]


def cross_attention(case, prefix, x, source, heads, padding=None):
    width, source_width = x.shape[-1], source.shape[-1]
    module = torch.nn.MultiheadAttention(width, heads, kdim=source_width, vdim=source_width)
    return call(module, cross_attention_parameters(case, prefix, width, source_width), x, source, source,
                key_padding_mask=padding, need_weights=False)[0]


def split_heads(x, heads):
    return x.reshape(x.shape[0], heads, -1).transpose(0, 1)


def attend(query, key, value, terms, scale=True):
    """Attention of heads [heads, context, D] with terms(scores) between the two products -> [context, heads * D]."""
    scores = query @ key.transpose(-1, -2)
    if scale:
        scores = scores / math.sqrt(query.shape[-1])
    return (terms(scores).softmax(-1) @ value).transpose(0, 1).reshape(query.shape[1], -1)


def hide(mask):
    return lambda scores: scores.masked_fill(mask, -math.inf)


def rotate(x, neighbours, base=10000.0):
    """Rotary positions of heads [heads, context, D]: complex numbers, multiplied by one of modulus 1."""
    half = x.shape[-1] // 2
    angles = torch.outer(torch.arange(x.shape[1], dtype=x.dtype), base ** (-torch.arange(half, dtype=x.dtype) / half))
    turn = torch.polar(torch.ones_like(angles), angles)
    if neighbours:
        pairs = x.reshape(*x.shape[:-1], half, 2)
        return torch.view_as_real(torch.complex(pairs[..., 0], pairs[..., 1]) * turn).flatten(-2)
    turned = torch.complex(x[..., :half], x[..., half:]) * turn
    return torch.cat([turned.real, turned.imag], -1)


def grouped_attention(case, prefix, x, heads, key_heads, neighbours):
    width = x.shape[-1]
    key_width = key_heads * width // heads
    query = rotate(split_heads(linear(case, f"{prefix}query.", x, width, False), heads), neighbours)
    key = rotate(split_heads(linear(case, f"{prefix}key.", x, key_width, False), key_heads), neighbours)
    value = split_heads(linear(case, f"{prefix}value.", x, key_width, False), key_heads)
    shared = [heads_of.repeat_interleave(heads // key_heads, 0) for heads_of in (key, value)]
    return linear(case, f"{prefix}projection.", attend(query, *shared, hide(causal_mask(x.shape[0]))), width, False)


def alibi(scores):
    heads, queries, keys = scores.shape
    slopes = 2.0 ** (-8.0 * torch.arange(1, heads + 1) / heads)
    return scores + slopes[:, None, None] * (torch.arange(keys)[None, :] - torch.arange(queries)[:, None])


def relative_bucket(distance, bidirectional, buckets, farthest):
    """The bucket of key - query in T5 (Raffel et al. 2020)."""
    start = torch.zeros_like(distance)
    if bidirectional:
        buckets //= 2
        start = (distance > 0).long() * buckets
        distance = distance.abs()
    else:
        distance = (-distance).clamp(min=0)
    exact = buckets // 2
    grown = exact + (torch.log(distance.clamp(min=1) / exact) / math.log(farthest / exact) * (buckets - exact)).long()
    return start + torch.where(distance < exact, distance, grown.clamp(max=buckets - 1))


def relative_bias(table, queries, keys, bidirectional, farthest):
    distance = torch.arange(keys)[None, :] - torch.arange(queries)[:, None]
    return table[relative_bucket(distance, bidirectional, table.shape[0], farthest)].permute(2, 0, 1)


def recurrent_parameters(case, prefix, inputs, width, gates, ending):
    """The parameters of one direction. An LSTM of ours has one bias and PyTorch's two; the second is zero."""
    weight, bias = affine(case, f"{prefix}input.", inputs, gates * width)
    recurrent = case.parameter(f"{prefix}recurrent", width, gates * width, scale=width ** -0.5).T
    recurrent_bias = torch.zeros(4 * width) if gates == 4 else case.parameter(f"{prefix}recurrent_bias", 3 * width)
    return {f"weight_ih_{ending}": weight, f"bias_ih_{ending}": bias,
            f"weight_hh_{ending}": recurrent, f"bias_hh_{ending}": recurrent_bias}


def recurrent(case, x, width, gates, bidirectional):
    module = (torch.nn.LSTM if gates == 4 else torch.nn.GRU)(x.shape[-1], width, bidirectional=bidirectional)
    onward = recurrent_parameters(case, "onward." if bidirectional else "", x.shape[-1], width, gates, "l0")
    if bidirectional:
        onward |= recurrent_parameters(case, "backward.", x.shape[-1], width, gates, "l0_reverse")
    return call(module, onward, x)[0]


def encoder_block(case, prefix, x, heads, hidden, activation, before, epsilon=1e-5, mask=None, padding=None):
    width = x.shape[-1]
    attention = self_attention_parameters(case, f"{prefix}attention.", width)
    parameters = {f"self_attn.{name}": numbers for name, numbers in attention.items()}
    parts = [("linear1", affine(case, f"{prefix}feed_forward.up.", width, hidden)),
             ("linear2", affine(case, f"{prefix}feed_forward.down.", hidden, width)),
             ("norm1", norm_parameters(case, f"{prefix}attention_norm.", width)),
             ("norm2", norm_parameters(case, f"{prefix}feed_forward_norm.", width))]
    for name, (weight, bias) in parts:
        parameters |= {f"{name}.weight": weight, f"{name}.bias": bias}
    module = torch.nn.TransformerEncoderLayer(width, heads, hidden, 0.0, activation, epsilon, norm_first=before)
    return call(module, parameters, x, src_mask=mask, src_key_padding_mask=padding)


def decoder_block(case, prefix, x, source, heads, hidden, activation, before, padding):
    width = x.shape[-1]
    attention = self_attention_parameters(case, f"{prefix}attention.", width)
    cross = cross_attention_parameters(case, f"{prefix}cross_attention.", width, width)
    parameters = {f"self_attn.{name}": numbers for name, numbers in attention.items()}
    parameters |= {f"multihead_attn.{name}": numbers for name, numbers in cross.items()}
    parts = [("linear1", affine(case, f"{prefix}feed_forward.up.", width, hidden)),
             ("linear2", affine(case, f"{prefix}feed_forward.down.", hidden, width)),
             ("norm1", norm_parameters(case, f"{prefix}attention_norm.", width)),
             ("norm2", norm_parameters(case, f"{prefix}cross_attention_norm.", width)),
             ("norm3", norm_parameters(case, f"{prefix}feed_forward_norm.", width))]
    for name, (weight, bias) in parts:
        parameters |= {f"{name}.weight": weight, f"{name}.bias": bias}
    module = torch.nn.TransformerDecoderLayer(width, heads, hidden, 0.0, activation, norm_first=before)
    return call(module, parameters, x, source, tgt_mask=causal_mask(x.shape[0]), memory_key_padding_mask=padding)


def summed_cross_entropy(logits, targets):
    return F.cross_entropy(logits, targets, reduction="sum")


# The cases.

def layers():
    for shape, rows, inputs, outputs in ("even", 4, 8, 16), ("odd", 13, 30, 7):
        case = Case("linear", shape)
        case.finish(linear(case, "", case.input(rows, inputs), outputs))
        case = Case("layer_norm", shape)
        case.finish(layer_norm(case, "", case.input(rows, inputs)))
        case = Case("rms_norm", shape)
        case.finish(rms_norm(case, "", case.input(rows, inputs)))
    for shape, length, vocabulary, width in ("even", 8, 16, 8), ("odd", 13, 11, 30):
        case = Case("embedding", shape)
        case.finish(F.embedding(case.tokens("tokens", length, vocabulary), case.parameter("weight", vocabulary, width)))
    for name, activation in ("relu", F.relu), ("gelu", F.gelu), ("gelu_tanh", gelu_tanh), ("silu", F.silu):
        for shape, rows, columns in ("even", 4, 16), ("odd", 3, 37):
            case = Case(name, shape)
            case.finish(activation(case.input(rows, columns, scale=2.0)))
    for shape, rows, width, hidden, activation, gate, bias in (
            ("even", 4, 8, 32, gelu_tanh, F.silu, False), ("odd", 7, 15, 37, F.relu, F.gelu, True)):
        case = Case("feed_forward", shape)
        case.finish(feed_forward(case, "", case.input(rows, width), hidden, activation))
        case = Case("gated_feed_forward", shape)
        case.finish(gated_feed_forward(case, "", case.input(rows, width), hidden, gate, bias))


def attentions():
    for shape, context, width, heads in ("even", 8, 16, 4), ("odd", 13, 30, 3):
        case = Case("self_attention_causal", shape)
        case.finish(self_attention(case, "", case.input(context, width), heads, mask=causal_mask(context)))
    for shape, context, width, heads, length in ("even", 8, 16, 4, 4), ("odd", 13, 15, 3, 9):
        case = Case("self_attention", shape)
        case.finish(self_attention(case, "", case.input(context, width), heads))
        case = Case("self_attention_padded", shape)
        case.finish(self_attention(case, "", case.input(context, width), heads, padding=padding_mask(context, length)))
    for shape, context, width, heads, source, source_width, length in (
            ("even", 8, 16, 4, 16, 16, 16), ("odd", 13, 15, 3, 21, 7, 18)):
        case = Case("cross_attention", shape)
        x, memory = case.input(context, width), case.input(source, source_width)
        case.finish(cross_attention(case, "", x, memory, heads, padding_mask(source, length)))
    for name, neighbours in ("grouped_attention_halves", False), ("grouped_attention_neighbours", True):
        for shape, context, width, heads, key_heads in ("even", 8, 16, 4, 2), ("odd", 13, 30, 3, 1):
            case = Case(name, shape)
            case.finish(grouped_attention(case, "", case.input(context, width), heads, key_heads, neighbours))


def score_terms():
    for shape, heads, queries, keys, width, window, cap in (
            ("even", 2, 8, 16, 4, 4, 2.0), ("odd", 3, 37, 70, 5, 11, 1.5)):
        def heads_of(case, rows):
            return split_heads(case.input(rows, heads * width), heads)

        case = Case("alibi", shape)
        case.finish(attend(heads_of(case, queries), heads_of(case, keys), heads_of(case, keys), alibi))
        case = Case("soft_cap", shape)
        case.finish(attend(heads_of(case, queries), heads_of(case, queries), heads_of(case, queries),
                           lambda scores: hide(causal_mask(queries))(cap * torch.tanh(scores / cap))))
        case = Case("sliding_window", shape)
        distance = torch.arange(keys)[:, None] - torch.arange(keys)[None, :]
        case.finish(attend(heads_of(case, keys), heads_of(case, keys), heads_of(case, keys),
                           hide((distance < 0) | (distance >= window))))
        for name, bidirectional in ("relative_bias", True), ("relative_bias_causal", False):
            case = Case(name, shape)
            inputs = [heads_of(case, queries) for _ in range(3)]
            bias = relative_bias(case.parameter("table", 8, heads), queries, queries, bidirectional, 20)
            hidden = (lambda scores: scores) if bidirectional else hide(causal_mask(queries))
            case.finish(attend(*inputs, lambda scores: hidden(scores + bias), scale=False))


def recurrences():
    for name, gates in ("lstm", 4), ("gru", 3):
        for shape, steps, inputs, width in ("even", 8, 8, 16), ("odd", 13, 7, 15):
            case = Case(name, shape)
            case.finish(recurrent(case, case.input(steps, inputs), width, gates, False))
        for shape, steps, inputs, width in ("even", 4, 4, 8), ("odd", 7, 5, 9):
            case = Case(f"{name}_bidirectional", shape)
            case.finish(recurrent(case, case.input(steps, inputs), width, gates, True))


def losses():
    for shape, rows, classes, ignored in ("even", 8, 16, [2, 5]), ("odd", 13, 37, [0, 12]):
        case = Case("cross_entropy", shape)
        logits = case.input(rows, classes, scale=3.0)
        case.finish(summed_cross_entropy(logits, case.tokens("targets", rows, classes, ignored)))
        case = Case("cross_entropy_smoothed", shape)
        logits, weights = case.input(rows, classes, scale=3.0), numpy.arange(1, classes + 1) / 8
        case.keep("class_weights", weights.astype(numpy.float16))
        case.finish(F.cross_entropy(logits, case.tokens("targets", rows, classes, ignored), torch.tensor(weights),
                                    reduction="sum", label_smoothing=0.125))


def gpts():
    for shape, vocabulary, context, width, heads, blocks in ("even", 16, 8, 8, 2, 2), ("odd", 13, 13, 9, 3, 1):
        for tied in True, False:
            case = Case("gpt_tied" if tied else "gpt_untied", shape)
            table = case.parameter("token_embedding.weight", vocabulary, width)
            x = F.embedding(case.tokens("tokens", context, vocabulary), table)
            x = x + case.parameter("position_embedding.weight", context, width)
            for block in range(blocks):
                x = encoder_block(case, f"blocks.{block}.", x, heads, 4 * width, gelu_tanh, True,
                                  mask=causal_mask(context))
            x = layer_norm(case, "norm.", x)
            logits = x @ table.T if tied else linear(case, "head.", x, vocabulary, False)
            case.finish(summed_cross_entropy(logits, case.tokens("targets", context, vocabulary, [1])))


def bert_encoder(case, prefix, vocabulary, context, width, heads, hidden, blocks, length):
    x = F.embedding(case.tokens("tokens", context, vocabulary),
                    case.parameter(f"{prefix}token_embedding.weight", vocabulary, width))
    x = x + case.parameter(f"{prefix}position_embedding.weight", context, width)
    x = x + F.embedding(case.tokens("segments", context, 2),
                        case.parameter(f"{prefix}segment_embedding.weight", 2, width))
    x = layer_norm(case, f"{prefix}embedding_norm.", x, 1e-12)
    for block in range(blocks):
        x = encoder_block(case, f"{prefix}blocks.{block}.", x, heads, hidden, F.gelu, False, 1e-12,
                          padding=padding_mask(context, length))
    return x


def berts():
    for shape, vocabulary, context, width, *rest in ("even", 16, 8, 8, 2, 16, 2, 4), ("odd", 13, 13, 9, 3, 21, 1, 9):
        case = Case("bert_masked_language_model", shape)
        x = bert_encoder(case, "encoder.", vocabulary, context, width, *rest)
        x = layer_norm(case, "words.norm.", F.gelu(linear(case, "words.transform.", x, width)), 1e-12)
        logits = x @ case.parameter("encoder.token_embedding.weight").T + case.parameter("words.bias", vocabulary)
        ignored = [place for place in range(context) if place % 3 != 0]
        case.finish(summed_cross_entropy(logits, case.tokens("targets", context, vocabulary, ignored)))
        case = Case("bert_classifier", shape)
        x = bert_encoder(case, "bert.encoder.", vocabulary, context, width, *rest)
        logits = linear(case, "head.", torch.tanh(linear(case, "bert.pooler.", x[:1], width)), 3)
        case.finish(summed_cross_entropy(logits, case.tokens("targets", 1, 3)))


def waves(context, width):
    """The places of Vaswani et al. 2017."""
    angles = torch.outer(torch.arange(context, dtype=torch.float64), 10000.0 ** (-torch.arange(0, width, 2) / width))
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)[:, :width]


def encoder_decoders():
    for shape, vocabulary, context, target_context, width, heads, hidden, blocks, length, before in (
            ("even", 16, 8, 8, 8, 2, 16, 2, 4, False), ("odd", 13, 13, 7, 9, 3, 21, 1, 9, True)):
        case = Case("encoder_decoder", shape)
        table = case.parameter("embedding.weight", vocabulary, width)

        def embed(name, length):
            x = F.embedding(case.tokens(name, length, vocabulary), table)
            return x * math.sqrt(width) + waves(length, width)

        source, x, padding = embed("source", context), embed("target", target_context), padding_mask(context, length)
        for block in range(blocks):
            source = encoder_block(case, f"encoder.{block}.", source, heads, hidden, F.relu, before, padding=padding)
        if before:
            source = layer_norm(case, "encoder_norm.", source)
        for block in range(blocks):
            x = decoder_block(case, f"decoder.{block}.", x, source, heads, hidden, F.relu, before, padding)
        if before:
            x = layer_norm(case, "decoder_norm.", x)
        case.finish(summed_cross_entropy(x @ table.T, case.tokens("targets", target_context, vocabulary, [3])))


def llamas():
    for shape, vocabulary, context, width, heads, key_heads, hidden, blocks, tied, neighbours in (
            ("even", 16, 8, 16, 4, 2, 16, 2, True, False), ("odd", 13, 13, 18, 3, 1, 25, 1, False, True)):
        case = Case("llama", shape)
        table = case.parameter("token_embedding.weight", vocabulary, width)
        x = F.embedding(case.tokens("tokens", context, vocabulary), table)
        for block in range(blocks):
            prefix = f"blocks.{block}."
            x = x + grouped_attention(case, f"{prefix}attention.", rms_norm(case, f"{prefix}attention_norm.", x), heads,
                                      key_heads, neighbours)
            x = x + gated_feed_forward(case, f"{prefix}feed_forward.", rms_norm(case, f"{prefix}feed_forward_norm.", x),
                                       hidden, F.silu, False)
        x = rms_norm(case, "norm.", x)
        logits = x @ table.T if tied else linear(case, "head.", x, vocabulary, False)
        case.finish(summed_cross_entropy(logits, case.tokens("targets", context, vocabulary)))


def classify(case, embedded, classes, heads, hidden, blocks, length):
    context, width = embedded.shape
    x = embedded + case.parameter("body.positions.weight", context, width)
    for block in range(blocks):
        x = encoder_block(case, f"body.blocks.{block}.", x, heads, hidden, gelu_tanh, True,
                          padding=padding_mask(context, length))
    pooled = layer_norm(case, "body.norm.", x)[:length].mean(0, keepdim=True)
    case.finish(summed_cross_entropy(linear(case, "body.head.", pooled, classes), case.tokens("targets", 1, classes)))


def classifiers():
    for shape, context, width, features, *rest in ("even", 8, 8, 4, 4, 2, 16, 2, 4), ("odd", 13, 9, 7, 3, 3, 21, 1, 9):
        case = Case("token_classifier", shape)
        classify(case, F.embedding(case.tokens("tokens", context, 13), case.parameter("embedding.weight", 13, width)),
                 *rest)
        case = Case("frame_classifier", shape)
        classify(case, linear(case, "embedding.", case.draw("frames", (context, features), 1.0), width), *rest)


def lstm_language_models():
    for shape, vocabulary, context, width in ("even", 16, 8, 8), ("odd", 13, 13, 9):
        case = Case("lstm_language_model", shape)
        x = F.embedding(case.tokens("tokens", context, vocabulary),
                        case.parameter("token_embedding.weight", vocabulary, width))
        parameters = {}
        for layer in range(2):
            parameters |= recurrent_parameters(case, f"layers.{layer}.", width, width, 4, f"l{layer}")
        x = call(torch.nn.LSTM(width, width, 2), parameters, x)[0]
        logits = linear(case, "head.", x, vocabulary, False)
        case.finish(summed_cross_entropy(logits, case.tokens("targets", context, vocabulary)))


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    for cases in (layers, attentions, score_terms, recurrences, losses, gpts, berts, encoder_decoders, llamas,
                  classifiers, lstm_language_models):
        cases()
    folder = pathlib.Path(__file__).parent / "fixtures"
    folder.mkdir(exist_ok=True)
    for name, tensors in files.items():
        write(folder / f"{name}.safetensors", tensors)
