// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <fstream>
#include <transfix/io/file.hpp>
#include <transfix/report/event_file.hpp>
#include <transfix/report/text_log.hpp>
#include <transfix/train/settings.hpp>
#include <variant>

namespace transfix::inline TRANSFIX_ABI::report {

/// How a log is written, told by the end of its file's name.
using LogFormat = std::variant<CsvLines, JsonLines, EventRecords>;

/// .csv, .jsonl or .tfevents; TensorBoard itself looks for "tfevents" anywhere in the name.
inline LogFormat log_format(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (name.ends_with(".csv")) return CsvLines();
  if (name.ends_with(".jsonl")) return JsonLines();
  if (name.find("tfevents") != std::string::npos) return EventRecords();
  fail(path.string(), ": how should this log be written? Choose a name that ends in .csv, .jsonl or .tfevents");
}

/// The lines of a training log; a last line that a killed run left unfinished is left out. Fails on any other file.
inline std::vector<LogLine> read_log(const std::filesystem::path& path) {
  return std::visit([&path](auto format) { return format.read(path); }, log_format(path));
}

/// Writes a run down as an observer of Trainer::fit: a line after each step and each evaluation, which a killed run has
/// on the disk. A run that goes on from a checkpoint goes on with its log: lines of later steps than the checkpoint's
/// are dropped, as these steps are done again. A run that begins at step 0 begins its log anew; a file that is no such
/// log is never overwritten. Without a path the lines are only kept for lines().
///
///   report::TrainingLog log("run.csv");
///   trainer.fit(data, validation, ProgressLine(), Checkpoint{"run.checkpoint"}, log);
///   report::save(report::loss_picture(log.lines()), "loss.svg");
class TrainingLog {
 public:
  TrainingLog() = default;
  /// Writes only each `every`th step, and all evaluations.
  explicit TrainingLog(std::filesystem::path path, Index every = 1) : path_(std::move(path)), every_(every) {
    if (every < 1) fail("a training log of each ", every, "th step: choose 1 or more");
    if (path_.empty()) return;
    format_ = log_format(path_);
    read();
    io::check_writable(path_);
  }

  /// The lines of the run so far, with those before an interruption.
  const std::vector<LogLine>& lines() const { return lines_; }

  void started(const auto&) {
    read();
    file_ = {};
    begun_ = false;
    start_ = Clock::now();
  }
  void stepped(const auto& trainer) {
    const TrainingProgress& now = trainer.progress();
    if (!begun_) begin_after(now.step - 1);
    if (now.step % every_ != 0) return;
    write({.step = now.step,
           .seconds = seconds(),
           .loss = now.loss,
           .gradient_norm = now.gradient_norm,
           .learning_rate = now.learning_rate});
  }
  void evaluated(const auto& trainer) {
    const TrainingProgress& now = trainer.progress();
    write({.step = now.step, .seconds = seconds(), .validation_loss = now.validation_loss, .metric = now.metric});
  }

 private:
  using Clock = std::chrono::steady_clock;

  void read() {
    if (path_.empty() || !std::filesystem::exists(path_)) return;
    lines_ = std::visit([this](auto& format) { return format.read(path_); }, format_);
  }

  // Only the first step tells where the run goes on: a checkpoint may be loaded after started() was called.
  void begin_after(Index step) {
    std::erase_if(lines_, [step](const LogLine& line) { return line.step > step; });
    seconds_before_ = lines_.empty() ? 0 : lines_.back().seconds;
    begun_ = true;
    if (path_.empty()) return;
    std::string text = std::visit([](const auto& format) { return format.head(); }, format_);
    for (const LogLine& line : lines_) text += encoded(line);
    const std::string_view pieces[] = {text};
    io::write_atomically(path_, pieces);
    file_.open(path_, std::ios::binary | std::ios::app);
    check();
  }

  std::string encoded(const LogLine& line) const {
    return std::visit([&line](const auto& format) { return format.encode(line); }, format_);
  }
  void write(const LogLine& line) {
    lines_.push_back(line);
    if (path_.empty()) return;
    file_ << encoded(line) << std::flush;
    check();
  }
  void check() const {
    if (!file_) fail(path_.string(), ": the training log cannot be written; make room on its disk");
  }

  /// To the millisecond.
  double seconds() const {
    const double passed = std::chrono::duration<double>(Clock::now() - start_).count();
    return std::round(1000 * (seconds_before_ + passed)) / 1000;
  }

  std::filesystem::path path_;
  Index every_ = 1;
  LogFormat format_;
  std::vector<LogLine> lines_;
  std::ofstream file_;
  bool begun_ = false;
  Clock::time_point start_ = Clock::now();
  double seconds_before_ = 0;
};

}  // namespace transfix::inline TRANSFIX_ABI::report
