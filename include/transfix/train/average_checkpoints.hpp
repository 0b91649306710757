// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <transfix/io/safetensors.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI {

/// Gives the model the mean of several files of it, number by number: of saved models, or of checkpoints of a run.
/// Models that a run has passed lie around the one that it makes for, so that their mean is often better than the last
/// (Vaswani et al. 2017; Izmailov et al. 2018). Fails where there is no file, or one that does not fit; the model is
/// then as it was.
template <class Model>
void average_checkpoints(Model& model, std::span<const std::filesystem::path> paths) {
  if (paths.empty()) fail("an average of no checkpoints: give the files of at least one");
  std::vector<double> sums(std::size_t{parameter_count<Model>});
  for (const auto& path : paths) {
    io::Safetensors file = io::read_safetensors(path);
    std::erase_if(file.tensors, [](const auto& tensor) { return tensor.first.starts_with("optimizer."); });
    io::detail::check_fit(model, file, io::Parts::all, path);
    auto sum = sums.begin();
    for_each_parameter(model, [&]<class Shape, class Stored>(const Path& way, const Parameter<Shape, Stored>&) {
      std::vector<Computed<Stored>> numbers(std::size_t{Shape::size});
      io::detail::convert(file.tensors.at(io::detail::written(way)), numbers.data());
      for (const auto number : numbers) *sum++ += static_cast<double>(number);
    });
  }
  auto sum = sums.begin();
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path&, Parameter<Shape, Stored>& parameter) {
    for (Index i = 0; i < Shape::size; ++i) {
      parameter.data[i] = static_cast<Computed<Stored>>(*sum++ / static_cast<double>(paths.size()));
    }
  });
}

/// Keeps the last models of a run, as files in a folder, and gives the trainer their mean when the run is finished. A
/// run that goes on from a checkpoint needs the same folder, and a run of its own another one.
struct AverageLast {
  std::filesystem::path folder;
  Index every = 1000;  ///< steps from one to the next
  Index count = 10;

  void started(const auto&) const {
    if (every < 1 || count < 1) fail("AverageLast: .every = ", every, " and .count = ", count, " must be 1 or more");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    io::check_writable(file_of(every));
  }
  void stepped(const auto& trainer) const {
    const Index step = trainer.progress().step;
    if (step % every != 0) return;
    io::save(trainer.model(), file_of(step));
    std::filesystem::remove(file_of(step - count * every));
  }
  void finished(auto& trainer) const {
    const Index last = trainer.progress().step / every;
    std::vector<std::filesystem::path> paths;
    for (Index number = std::max(last - count, Index{0}) + 1; number <= last; ++number) {
      // One is gone where a run was killed far behind its checkpoint and then ended soon after it.
      if (std::filesystem::exists(file_of(number * every))) paths.push_back(file_of(number * every));
    }
    if (paths.empty()) return;  // the run ended before the first
    average_checkpoints(trainer.model(), paths);
    // A moving average is what the trainer evaluates, where there is one.
    using Model = std::remove_reference_t<decltype(trainer.model())>;
    if (&trainer.result() != &trainer.model()) average_checkpoints(const_cast<Model&>(trainer.result()), paths);
  }

 private:
  std::filesystem::path file_of(Index step) const { return folder / ("step_" + std::to_string(step) + ".safetensors"); }
};

}  // namespace transfix::inline TRANSFIX_ABI
