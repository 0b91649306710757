// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/example.hpp>
#include <transfix/data/split.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/text/character_tokenizer.hpp>
#include <transfix/text/read_file.hpp>
#include <transfix/text/sequence.hpp>
#include <transfix/text/utf8.hpp>
