// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/metrics/bleu.hpp>
#include <transfix/metrics/calibration.hpp>
#include <transfix/metrics/chrf.hpp>
#include <transfix/metrics/classification_report.hpp>
#include <transfix/metrics/confusion.hpp>
#include <transfix/metrics/language.hpp>
#include <transfix/metrics/ranking.hpp>
#include <transfix/metrics/regression.hpp>
