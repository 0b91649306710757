// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <transfix/core/math.hpp>
#include <transfix/core/storage.hpp>
#include <transfix/expression/context.hpp>
#include <transfix/nn/initialize.hpp>
#include <transfix/schedule/schedule.hpp>
#include <transfix/train/check_data.hpp>
#include <transfix/train/concepts.hpp>
#include <transfix/train/draw.hpp>
#include <transfix/train/events.hpp>
#include <transfix/train/execution.hpp>
#include <transfix/train/gradient_pass.hpp>
#include <transfix/train/group.hpp>
#include <transfix/train/refusal.hpp>
#include <transfix/train/settings.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Shows a run in a terminal: in train/progress.hpp.
class ProgressLine;

namespace detail {
// Depends on a type, so that ProgressLine need be known only where it is used.
template <class>
struct DefaultObserverOf {
  using Type = ProgressLine;
};
template <class Data>
using DefaultObserver = typename DefaultObserverOf<Data>::Type;
}  // namespace detail

/// Trains a Model: parameters, gradients, the optimizer's moments, tapes and workspaces in one block of
/// memory that is taken once; a step allocates nothing. Equal settings give equal bits, whatever the
/// number of threads, as long as the policies have equal numbers of shards (Threads<1> to Threads<4> have).
/// It is named Trainer<Model, Loss, Optimizer, Schedule, Execution>.
template <TrainableModel Model, LossOf<Model> Loss, OptimizerOf<typename Model::Scalar> Optimizer,
          LearningRateSchedule Schedule, ExecutionOfSteps Execution>
class TrainerOf {
 public:
  using Scalar = typename Model::Scalar;
  using Input = typename Model::Input;
  using Target = typename Model::Target;

  /// Bytes of each part of a run.
  static constexpr MemoryOfTraining memory() {
    return {rounded(sizeof(Model)) + frozen_bytes<Model>, Execution::shards * rounded(sizeof(Model)),
            Optimizer::moments * rounded(sizeof(Model)) + state_bytes, Execution::threads * rounded(tape_bytes),
            Execution::threads * workspace_bytes_of_thread};
  }

  /// `execution`: what the execution is made from, where that is needed (train/executor.hpp).
  explicit TrainerOf(Optimizer optimizer = {}, TrainingSettings settings = {}, Schedule schedule = {}, Loss loss = {},
                     const auto&... execution)
      : TrainerOf(Storage(memory().total()), optimizer, settings, schedule, loss, execution...) {}

  /// The same in memory of the user, memory().total() bytes or more.
  TrainerOf(std::byte* storage, Index bytes, Optimizer optimizer = {}, TrainingSettings settings = {},
            Schedule schedule = {}, Loss loss = {}, const auto&... execution)
      : TrainerOf(Storage(storage, bytes, memory().total()), optimizer, settings, schedule, loss, execution...) {}

  Model& model() { return *model_; }
  const Model& model() const { return *model_; }
  const TrainingProgress& progress() const { return progress_; }
  const TrainingSettings& settings() const { return settings_; }

  /// One update of the parameters from one batch, drawn at random. Returns the mean loss of the batch.
  template <DataSet Data>
  double step(const Data& data) {
    detail::check_data<Model>(data);
    if constexpr (detail::data_fits_model<Data, Model>) {
      begin_with(data.size());
      if (!try_step(data)) fail_as_diverged();
    }
    return progress_.loss;
  }

  /// The mean loss over all of a data set, each target once, without dropout, of result().
  template <DataSet Data>
  double evaluate(const Data& data) {
    detail::check_data<Model>(data);
    if constexpr (detail::data_fits_model<Data, Model>) progress_.validation_loss = mean_loss(data);
    if constexpr (requires { data.measure(result()); }) progress_.metric = data.measure(result());
    return progress_.validation_loss;
  }

  /// Trains until settings().steps or epochs and evaluates on the way. Observers (train/events.hpp) are told what
  /// happens and may end the run; without one, progress is shown.
  template <DataSet Data, DataSet ValidationData, class... Observers>
  TrainingProgress fit(const Data& data, const ValidationData& validation, Observers&&... observers) {
    if constexpr (sizeof...(Observers) == 0) {
      return fit(data, validation, detail::DefaultObserver<Data>());
    } else {
      detail::check_data<Model>(data);
      detail::check_data<Model>(validation);
      if constexpr (detail::data_fits_model<Data, Model> && detail::data_fits_model<ValidationData, Model>) {
        begin_with(data.size());
        events::tell(events::started, *this, observers...);
        const auto score = [&] {
          evaluate(validation);
          progress_.note_score();
          return events::tell(events::evaluated, *this, observers...);
        };
        bool due = true;
        progress_.ends = progress_.step == progress_.steps;
        while (!progress_.ends) {
          if (!try_step(data)) {
            events::tell(events::diverged, *this, observers...);
            fail_as_diverged();
          }
          const bool asked = events::tell(events::stepped, *this, observers...),
                     last = progress_.step == progress_.steps;
          due = last || (settings_.evaluate_every > 0 && progress_.step % settings_.evaluate_every == 0);
          progress_.ends = (due && score()) || asked || last;
          events::tell(events::passed, *this, observers...);
        }
        if (!due) score();  // a run that goes on from here has not seen it
        events::tell(events::finished, *this, observers...);
      }
      return progress_;
    }
  }

  /// The model to use: the averaged one where the optimizer keeps an average, otherwise model().
  const Model& result() const {
    if constexpr (requires { Optimizer::average; }) {
      if (progress_.step > 0) return reinterpret_cast<const Model&>(moments_[Optimizer::average]);
    }
    return *model_;
  }

  /// For checkpoints: moment `number` of the optimizer in the form of a model, what it keeps of whole parameters, and
  /// where the run stands.
  Model& moment(Index number) { return reinterpret_cast<Model&>(moments_[number]); }
  std::span<Scalar> optimizer_state() { return {state_, std::size_t{GradientPass::state<Model, Optimizer>}}; }
  static constexpr Index moments = Optimizer::moments, shards = Execution::shards;
  const Optimizer& optimizer() const { return optimizer_; }
  const Schedule& schedule() const { return schedule_; }
  const Loss& loss() const { return loss_; }
  void go_on_from(const TrainingProgress& progress) { progress_ = progress; }

 private:
  using Group = detail::Group<Model, Loss, Execution>;
  static constexpr Index together = Group::together, tape_bytes = Group::tape_bytes;

  static constexpr Index alignment = static_cast<Index>(Storage::alignment);
  template <class Bytes>
  static constexpr Index rounded(Bytes bytes) {
    return (static_cast<Index>(bytes) + alignment - 1) / alignment * alignment;
  }
  static constexpr Index state_bytes = rounded(sizeof(Scalar) * std::size_t{GradientPass::state<Model, Optimizer>});
  static constexpr Index workspace_bytes_of_thread = std::max(
      rounded(Group::workspace), rounded(sizeof(Scalar) * std::size_t{GradientPass::scratch<Model, Optimizer>}));
  static std::byte* bytes_of(void* pointer) { return static_cast<std::byte*>(pointer); }

  TrainerOf(Storage storage, Optimizer optimizer, TrainingSettings settings, Schedule schedule, Loss loss,
            const auto&... execution)
      : storage_(std::move(storage)),
        optimizer_(optimizer),
        settings_(settings),
        schedule_(schedule),
        loss_(loss),
        execution_(execution...) {
    static_assert(all_numbers_are<Model, Scalar>, "a model's parameters must all be of the model's Scalar");
    static_assert(sizeof(Model) % sizeof(Scalar) == 0);
    if constexpr (requires { Optimizer::template fits<Model>; }) {
      static_assert(Optimizer::template fits<Model>, "a name pattern of Grouped matches no parameter of the model");
    }
    static_assert(Group::differentiable, "nothing in this model is trained: its result has no gradient");
    static_assert(sizeof(Model) % alignof(Model) == 0 && alignof(Model) <= Storage::alignment);
    std::byte* place = storage_.data();
    const auto take = [&place](Index bytes) { return std::exchange(place, place + bytes); };
    constexpr MemoryOfTraining sizes = memory();
    model_ = reinterpret_cast<Model*>(take(rounded(sizeof(Model))));
    place_frozen(*model_, take(frozen_bytes<Model>));
    gradients_ = reinterpret_cast<ModelCell*>(take(sizes.gradients));
    moments_ = reinterpret_cast<ModelCell*>(take(sizes.optimizer - state_bytes));
    state_ = reinterpret_cast<Scalar*>(take(state_bytes));
    tapes_ = reinterpret_cast<TapeCell*>(take(sizes.tape));
    workspaces_ = take(sizes.workspace);
    settings_.check();
    if constexpr (requires { optimizer_.check(); }) optimizer_.check();
    if (!(optimizer_.learning_rate >= 0)) fail("the optimizer's .learning_rate must be 0 or more");
    for (Index number = 0; number < moments; ++number)
      place_frozen(moment(number), storage_.data() + rounded(sizeof(Model)));
    Random random(settings_.seed);
    initialize(*model_, random);
  }

  // Models and tapes side by side start at multiples of the alignment.
  struct alignas(Storage::alignment) ModelCell {
    std::byte bytes[static_cast<std::size_t>(rounded(sizeof(Model)))];
    Scalar* scalars() { return reinterpret_cast<Scalar*>(bytes); }
  };
  struct alignas(Storage::alignment) TapeCell {
    std::byte bytes[static_cast<std::size_t>(rounded(tape_bytes))];
  };

  // False where the loss or the gradients are no finite numbers; the model is then as it was.
  template <class Data>
  bool try_step(const Data& data) {
    const Index step = progress_.step, examples = data.size();
    const Index batch = settings_.epochs == 0
                            ? settings_.batch
                            : std::min(settings_.batch, settings_.epochs * examples - step * settings_.batch);
    double counted = 0;
    for (Index number = 0; number < batch; ++number) {
      counted += loss_.weight(detail::drawn_example(data, settings_, step, number).target);
    }
    if (counted == 0) {  // nothing to learn from this batch
      progress_.step = step + 1;
      return true;
    }
    const auto factor = static_cast<Scalar>(1 / counted);
    if (has_leftovers_) std::memset(static_cast<void*>(gradients_), 0, static_cast<std::size_t>(memory().gradients));
    has_leftovers_ = true;
    double losses[Execution::shards] = {};
    execution_.run([&](Index thread) {
      for (Index shard = thread; shard < Execution::shards; shard += Execution::threads) {
        const Index end = batch * (shard + 1) / Execution::shards;
        for (Index number = batch * shard / Execution::shards; number < end; number += together) {
          const auto get = [&](Index place) { return detail::drawn_example(data, settings_, step, place); };
          Group::examples(number, end, get, [&](const auto& input, const auto& target) {
            Context context = context_of(thread, step, number);
            context.dropout = settings_.dropout;
            context.gradient_offset = reinterpret_cast<std::byte*>(gradients_ + shard) - bytes_of(model_);
            const double weight = loss_.weight(target);
            context.share = weight / counted;
            losses[shard] +=
                Group::loss(loss_, *model_, input, target, tapes_[thread].bytes,
                            [&](const auto& loss, auto& tape) { return loss.train(tape, context, factor); }) +
                weight * context.penalty;
          });
        }
      }
    });
    double sum = 0;
    for (const double part : losses) sum += part;
    progress_.loss = sum / counted;
    if (!math::isfinite(progress_.loss) || !update(step)) return false;
    has_leftovers_ = false;
    progress_.step = step + 1;
    progress_.tokens += static_cast<Index>(math::llround(counted));
    return true;
  }

  [[noreturn]] void fail_as_diverged() const {
    const char* const what =
        math::isfinite(progress_.loss) ? "the gradients are not finite numbers" : "the loss is not a finite number";
    fail(what, " at step ", progress_.step, ": use a smaller learning rate or a longer warm-up");
  }

  void begin_with(Index examples) {
    progress_.examples = examples;
    progress_.steps =
        settings_.epochs == 0 ? settings_.steps : (settings_.epochs * examples + settings_.batch - 1) / settings_.batch;
  }

  template <class Data>
  double mean_loss(const Data& data) {
    const auto& whole = [&]() -> decltype(auto) {
      if constexpr (requires { data.each_once(); }) {
        return data.each_once();
      } else {
        return (data);
      }
    }();
    // A fixed number of sums, so that their order does not depend on the number of threads.
    constexpr Index groups = 64;
    double sums[groups] = {};
    double counts[groups] = {};
    execution_.run([&](Index thread) {
      for (Index group = thread; group < groups; group += Execution::threads) {
        const Index end = whole.size() * (group + 1) / groups;
        for (Index number = whole.size() * group / groups; number < end; number += together) {
          Group::examples(
              number, end, [&](Index place) { return whole.example(place); },
              [&](const auto& input, const auto& target) {
                Context context = context_of(thread, 0, number);
                sums[group] += Group::loss(loss_, result(), input, target, tapes_[thread].bytes,
                                           [&](const auto& loss, auto& tape) { return loss.evaluate(tape, context); });
                counts[group] += loss_.weight(target);
              });
        }
      }
    });
    double sum = 0;
    double count = 0;
    for (Index group = 0; group < groups; ++group) {
      sum += sums[group];
      count += counts[group];
    }
    if (count == 0) fail("the data set has no target that counts");
    return sum / count;
  }

  Context context_of(Index thread, Index step, Index sequence) const {
    Context context;
    context.workspace = workspaces_ + thread * workspace_bytes_of_thread;
    context.seed = settings_.seed;
    context.step = static_cast<std::uint32_t>(step);
    context.sequence = static_cast<std::uint32_t>(sequence);
    return context;
  }

  // Adds the shards' gradients in order, clips their norm and lets the optimizer work. Threads take stretches
  // of the numbers; sums are over a fixed number of stretches.
  bool update(Index step) {
    Scalar* gradients[shards];
    for (Index shard = 0; shard < shards; ++shard) gradients[shard] = gradients_[shard].scalars();
    double squares[GradientPass::stretches] = {};
    execution_.run([&](Index thread) {
      GradientPass::for_each_stretch<Scalar>(sizeof(Model), thread, Execution::threads, [&](Index i, auto range) {
        squares[i] = GradientPass::add_shards(gradients, shards, range);
      });
    });
    double square = 0;
    for (const double part : squares) square += part;
    progress_.gradient_norm = math::sqrt(square);
    if (!math::isfinite(square)) return false;
    const bool clips = settings_.clip_norm > 0 && progress_.gradient_norm > settings_.clip_norm;
    const double factor = clips ? settings_.clip_norm / progress_.gradient_norm : 1;
    const double rate = double{optimizer_.learning_rate} * schedule_.factor(step, progress_.steps);
    progress_.learning_rate = rate;
    Scalar* moment_numbers[moments > 0 ? moments : 1];
    for (Index number = 0; number < moments; ++number) moment_numbers[number] = moments_[number].scalars();
    execution_.run([&](Index thread) {
      GradientPass::for_each_stretch<Scalar>(sizeof(Model), thread, Execution::threads, [&](Index, auto range) {
        GradientPass::update(*model_, gradients[0], moment_numbers, range, static_cast<Scalar>(factor), optimizer_,
                             step, rate);
      });
    });
    if constexpr (GradientPass::takes_some_whole<Model, Optimizer>) {
      execution_.run([&](Index thread) {
        auto* const scratch = reinterpret_cast<Scalar*>(workspaces_ + thread * workspace_bytes_of_thread);
        GradientPass::update_whole(*model_, gradients[0], moment_numbers, state_, scratch, thread, Execution::threads,
                                   optimizer_, step, rate);
      });
    }
    return true;
  }

  Storage storage_;
  Optimizer optimizer_;
  TrainingSettings settings_;
  [[no_unique_address]] Schedule schedule_;
  [[no_unique_address]] Loss loss_;
  Execution execution_;
  Model* model_ = nullptr;
  ModelCell* gradients_ = nullptr;
  ModelCell* moments_ = nullptr;
  Scalar* state_ = nullptr;
  TapeCell* tapes_ = nullptr;
  std::byte* workspaces_ = nullptr;
  TrainingProgress progress_;
  bool has_leftovers_ = false;  // gradients of a batch that ended in an error
};

namespace detail {
template <class Model, class Loss, class Optimizer, class Schedule, class Execution>
struct TrainerFor {
  using Type = RefusedTrainer<Model, Loss, Optimizer, Schedule, Execution>;
};
template <TrainableModel Model, LossOf<Model> Loss, OptimizerOf<typename Model::Scalar> Optimizer,
          LearningRateSchedule Schedule, ExecutionOfSteps Execution>
struct TrainerFor<Model, Loss, Optimizer, Schedule, Execution> {
  using Type = TrainerOf<Model, Loss, Optimizer, Schedule, Execution>;
};
}  // namespace detail

/// The TrainerOf these parts, or where they do not go together one error that says why.
template <class Model, class Loss, class Optimizer, class Schedule = schedule::Constant, class Execution = Serial>
using Trainer = typename detail::TrainerFor<Model, Loss, Optimizer, Schedule, Execution>::Type;

}  // namespace transfix::inline TRANSFIX_ABI
