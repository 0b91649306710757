// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <cstdio>
#include <transfix/core/members.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/train/settings.hpp>

// A run that was stopped, or killed at any moment, goes on from its last checkpoint and ends with the same bits as one
// that was never stopped. Random numbers and the order of the data are functions of seed and step, so the model, what
// the optimizer keeps, and the step are all that there is to remember.

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
inline std::string exact_text(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {text, end};
}
inline double exact_number(const io::Metadata& metadata, const std::string& key, const std::filesystem::path& path) {
  const auto place = metadata.find(key);
  double number = 0;
  if (place == metadata.end() ||
      std::from_chars(place->second.data(), place->second.data() + place->second.size(), number).ec != std::errc()) {
    fail(path.string(), ": is no checkpoint of a run: its metadata has no number \"", key, "\"");
  }
  return number;
}

/// Notes the numbers among the members of a functor, and of functors in it: `optimizer.beta1` is "0.9".
template <class Part>
void note_numbers(io::Metadata& metadata, const std::string& name, const Part& part) {
  if constexpr (std::is_arithmetic_v<Part>) {
    metadata[name] = exact_text(static_cast<double>(part));
  } else if constexpr (std::is_class_v<Part> && std::is_aggregate_v<Part> && !IndexedParts<const Part>) {
    if constexpr (!HasBase<Part> && !has_array<Part>()) {
      for_each_part(part, {}, [&](const Path& path, const auto& member) {
        note_numbers(metadata, name + "." + std::string(path.name), member);
      });
    }
  }
}

/// The settings that decide a run's bits.
template <class Trainer>
io::Metadata decisive_settings(const Trainer& trainer) {
  const TrainingSettings& settings = trainer.settings();
  io::Metadata decisive = {{"seed", std::to_string(settings.seed)},
                           {"batch", std::to_string(settings.batch)},
                           {"steps", std::to_string(settings.steps)},
                           {"epochs", std::to_string(settings.epochs)},
                           {"clip_norm", exact_text(settings.clip_norm)},
                           {"dropout", exact_text(double{settings.dropout})},
                           {"examples", std::to_string(trainer.progress().examples)},
                           {"shards", std::to_string(Trainer::shards)}};
  note_numbers(decisive, "optimizer", trainer.optimizer());
  // Also of an optimizer whose members cannot be told one by one.
  decisive["optimizer.learning_rate"] = exact_text(double{trainer.optimizer().learning_rate});
  note_numbers(decisive, "schedule", trainer.schedule());
  note_numbers(decisive, "loss", trainer.loss());
  return decisive;
}

/// Fails where a checkpoint was written by a run of other settings. A trainer that has seen no data yet takes any.
template <class Trainer>
void check_settings(const Trainer& trainer, const io::Metadata& metadata, const std::filesystem::path& path) {
  const io::Metadata decisive = decisive_settings(trainer);
  for (const auto& [key, value] : decisive) {
    const auto place = metadata.find(key);
    if (place == metadata.end()) fail(path.string(), ": is no checkpoint of a run like this: it has no \"", key, "\"");
    if (place->second == value || (key == "examples" && value == "0")) continue;
    fail(path.string(), ": was written by a run with ", key, " = ", place->second, "; this one has ", value,
         ": use the same settings, or another file for a new run");
  }
  for (const auto& [key, value] : metadata) {
    const bool of_functor = key.starts_with("optimizer.") || key.starts_with("schedule.") || key.starts_with("loss.");
    if (of_functor && !decisive.contains(key)) {
      fail(path.string(), ": was written by a run with ", key, " = ", value,
           "; this one has no such setting: use the same optimizer, schedule and loss, or another file for a new run");
    }
  }
}

/// Calls function(name, number) with all that a checkpoint remembers of where a run stands.
void for_each_number(auto& progress, auto&& function) {
  function("step", progress.step);
  function("steps_in_all", progress.steps);
  function("tokens", progress.tokens);
  function("loss", progress.loss);
  function("gradient_norm", progress.gradient_norm);
  function("rate", progress.learning_rate);
  function("validation_loss", progress.validation_loss);
  function("metric", progress.metric);
  function("best_score", progress.best_score);
  function("evaluations_since_best", progress.evaluations_since_best);
}
}  // namespace detail

/// Writes all of a run to a safetensors file: the model under its parameters' names, the optimizer's moments under
/// `optimizer.0.` and so on, and where the run stands as metadata. The file is replaced as a whole or not at all.
template <class Trainer>
void save_checkpoint(Trainer& trainer, const std::filesystem::path& path) {
  io::detail::TensorsToWrite tensors;
  io::detail::add_tensors(tensors, trainer.model(), "", io::Parts::all);
  for (Index number = 0; number < Trainer::moments; ++number) {
    io::detail::add_tensors(tensors, trainer.moment(number), "optimizer." + std::to_string(number) + ".",
                            io::Parts::trained);
  }
  const auto state = trainer.optimizer_state();
  if (!state.empty()) {
    tensors.insert({"optimizer.state",
                    io::detail::dtype_of<typename Trainer::Scalar>(),
                    "[" + std::to_string(state.size()) + "]",
                    {reinterpret_cast<const char*>(state.data()), state.size_bytes()}});
  }
  io::Metadata metadata = detail::decisive_settings(trainer);
  detail::for_each_number(trainer.progress(), [&](const char* name, auto number) {
    metadata[name] = detail::exact_text(static_cast<double>(number));
  });
  io::detail::write_tensors(tensors, path, metadata);
}

/// Brings a trainer to where a checkpoint was written. A checkpoint of another model, optimizer or settings is an
/// error, and the trainer is then as it was.
template <class Trainer>
void load_checkpoint(Trainer& trainer, const std::filesystem::path& path) {
  io::Safetensors file = io::read_safetensors(path);
  detail::check_settings(trainer, file.metadata, path);
  TrainingProgress progress;
  progress.examples = trainer.progress().examples;
  detail::for_each_number(progress, [&](const char* name, auto& number) {
    number = static_cast<std::remove_reference_t<decltype(number)>>(detail::exact_number(file.metadata, name, path));
  });
  // All of it is checked before any of it is used.
  const auto part = [&](const std::string& prefix) {
    io::Safetensors tensors;
    for (const auto& [name, tensor] : file.tensors) {
      const bool of_model = !name.starts_with("optimizer.");
      if (prefix.empty() ? of_model : name.starts_with(prefix)) tensors.tensors[name.substr(prefix.size())] = tensor;
    }
    return tensors;
  };
  io::detail::check_fit(trainer.model(), part(""), io::Parts::all, path);
  for (Index number = 0; number < Trainer::moments; ++number) {
    io::detail::check_fit(trainer.moment(number), part("optimizer." + std::to_string(number) + "."), io::Parts::trained,
                          path);
  }
  const auto state = trainer.optimizer_state();
  const auto stored = file.tensors.find("optimizer.state");
  if (!state.empty() && (stored == file.tensors.end() || stored->second.bytes.size() != state.size_bytes())) {
    fail(path.string(), ": does not hold what this optimizer keeps; resume with the optimizer that the run began with");
  }
  for (const auto& [name, tensor] : file.tensors) {
    const std::string first = "optimizer." + std::to_string(Trainer::moments) + ".";
    if (name.starts_with(first) || (state.empty() && name == "optimizer.state")) {
      fail(path.string(), ": holds ", name, ", which this optimizer does not keep; resume with the optimizer that the ",
           "run began with");
    }
  }
  io::detail::take(trainer.model(), part(""), io::Parts::all);
  for (Index number = 0; number < Trainer::moments; ++number) {
    io::detail::take(trainer.moment(number), part("optimizer." + std::to_string(number) + "."), io::Parts::trained);
  }
  if (!state.empty()) io::detail::convert(stored->second, state.data());
  trainer.go_on_from(progress);
}

/// Writes a checkpoint every so many steps and after the last, and goes on from the file where it is there at the
/// start. Without a path it does nothing. One run at a time may use a path.
struct Checkpoint {
  std::filesystem::path path;
  Index every = 250;

  void started(auto& trainer) {
    if (path.empty()) return;
    io::check_writable(path);
    io::remove_unfinished(path);
    if (!std::filesystem::exists(path)) return;
    load_checkpoint(trainer, path);
    std::fprintf(stderr, "going on from step %td of %s\n", trainer.progress().step, path.c_str());
  }
  void passed(auto& trainer) {
    const TrainingProgress& progress = trainer.progress();
    const bool due = every > 0 && progress.step % every == 0;
    if (!path.empty() && (due || progress.ends)) save_checkpoint(trainer, path);
  }
  void finished(auto& trainer) {
    if (path.empty()) return;
    if (StopOnInterrupt::interrupted()) {
      std::fprintf(stderr, "stopped after step %td; run the same command again to go on from %s\n",
                   trainer.progress().step, path.c_str());
    }
  }
  void diverged(auto&) {
    if (!std::filesystem::exists(path)) return;
    std::fprintf(stderr, "the run does not converge; the last good checkpoint is in %s\n", path.c_str());
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
