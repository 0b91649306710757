// SPDX-License-Identifier: MIT
#pragma once

// Everything that trains and generates. Text, data, files and xtensor have doors of their own:
// transfix/text.hpp, transfix/io/save.hpp (writing alone), transfix/io/safetensors.hpp and transfix/xtensor.hpp.
#include <transfix/expression/activations.hpp>
#include <transfix/generate/generate.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/schedule/schedule.hpp>
#include <transfix/train/progress.hpp>
#include <transfix/train/threads.hpp>
#include <transfix/train/trainer.hpp>
