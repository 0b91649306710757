#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The training steps of benchmarks/train/step.cpp in PyTorch: the same models, batches, loss, clipping and optimizer.

  torch_step.py MODEL THREADS [SECONDS]     prints the median milliseconds of a step, and the peak memory in MiB
"""
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """A pre-norm block with causal self-attention, as GPT-2 has it."""

    def __init__(self, width, heads, hidden, activation, causal):
        super().__init__()
        self.heads, self.activation, self.causal = heads, activation, causal
        self.attention_norm, self.feed_forward_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x, mask):
        batch, context, width = x.shape
        joined = self.query_key_value(self.attention_norm(x)).view(batch, context, 3, self.heads, width // self.heads)
        query, key, value = joined.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) * (width // self.heads) ** -0.5
        if self.causal:
            scores = scores + mask
        y = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, context, width)
        x = x + self.projection(y)
        return x + self.down(self.activation(self.up(self.feed_forward_norm(x))))


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


class Gpt(nn.Module):
    def __init__(self, vocabulary, context, width, heads, layers):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Parameter(torch.randn(context, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads, 4 * width, gelu_tanh, True) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.register_buffer("mask", torch.full((context, context), float("-inf")).triu(1))

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions
        for block in self.blocks:
            x = block(x, self.mask)
        return self.norm(x) @ self.tokens.weight.T


class Classifier(nn.Module):
    def __init__(self, vocabulary, context, width, heads, hidden, layers, classes):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Parameter(torch.randn(context, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads, hidden, gelu_tanh, False) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions
        for block in self.blocks:
            x = block(x, None)
        return self.head(self.norm(x).mean(1))


class EncoderDecoder(nn.Module):
    def __init__(self, vocabulary, context, width, heads, hidden, layers):
        super().__init__()
        self.width = width
        self.tokens = nn.Embedding(vocabulary, width)
        common = dict(d_model=width, nhead=heads, dim_feedforward=hidden, dropout=0.0, batch_first=True)
        self.encoder = nn.ModuleList(nn.TransformerEncoderLayer(**common) for _ in range(layers))
        self.decoder = nn.ModuleList(nn.TransformerDecoderLayer(**common) for _ in range(layers))
        self.register_buffer("waves", torch.randn(context, width))
        self.register_buffer("mask", torch.full((context, context), float("-inf")).triu(1))

    def forward(self, source, target):
        x, y = (self.tokens(t) * self.width**0.5 + self.waves for t in (source, target))
        for layer in self.encoder:
            x = layer(x)
        for layer in self.decoder:
            y = layer(y, x, tgt_mask=self.mask)
        return y @ self.tokens.weight.T


class LstmModel(nn.Module):
    def __init__(self, vocabulary, width, layers):
        super().__init__()
        self.tokens, self.lstm = nn.Embedding(vocabulary, width), nn.LSTM(width, width, layers, batch_first=True)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        return self.head(self.lstm(self.tokens(tokens))[0])


# model, vocabulary, context, batch
MODELS = {
    "A": (lambda: Gpt(65, 64, 128, 4, 4), 65, 64, 12),
    "B": (lambda: Gpt(65, 256, 384, 6, 6), 65, 256, 8),
    "C": (lambda: Gpt(50257, 64, 768, 12, 12), 50257, 64, 4),
    "D": (lambda: Gpt(32, 16, 32, 2, 2), 32, 16, 8),
    "E": (lambda: Classifier(8000, 64, 128, 4, 512, 2, 4), 8000, 64, 32),
    "F": (lambda: EncoderDecoder(8000, 32, 256, 8, 1024, 3), 8000, 32, 32),
    "L": (lambda: LstmModel(65, 128, 6), 65, 64, 12),
}


def main():
    name, threads = sys.argv[1], int(sys.argv[2])
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 3.0
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    make, vocabulary, context, batch = MODELS[name]
    model = make()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)
    tokens = lambda: torch.randint(vocabulary, (batch, context))
    source, target = tokens(), tokens()
    classes = torch.randint(4, (batch,))

    def step():
        logits = model(source, target) if name == "F" else model(source)
        goal = classes if name == "E" else target.view(-1)
        loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), goal)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    for _ in range(2):
        step()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds or len(times) < 3:
        before = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - before))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{statistics.median(times):.3f} {memory:.0f}")


main()
