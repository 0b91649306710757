// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <limits>
#include <memory>
#include <transfix/core/values.hpp>
#include <transfix/data/example.hpp>
#include <transfix/expression/results.hpp>
#include <transfix/generate/inference.hpp>
#include <vector>

// A small model learns from a larger one, which was trained before (Hinton et al. 2015):
//
//   Trainer<Student<Small>, loss::Sum<loss::CrossEntropy, loss::Distillation>, optim::AdamW> trainer(
//       {}, {.epochs = 10}, {}, 0.5 * loss::CrossEntropy{} + 0.5 * loss::Distillation{.temperature = 2});
//   trainer.fit(Taught(teacher, training_data), Taught(teacher, validation_data));
//   io::save(trainer.model().model, "small.safetensors");

namespace transfix::inline TRANSFIX_ABI {

/// A model whose targets are its own and, beside them, a teacher's logits. It has one and the same number of rows for
/// all inputs.
template <class Model>
struct Student {
  using Scalar = typename Model::Scalar;
  using Input = typename Model::Input;
  using Result = decltype(own(std::declval<const Model&>()(std::declval<const Input&>())));
  using Target = Pair<typename Model::Target, Values<Result::Shape::size, Scalar>>;

  Model model;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return model(input);
  }
};

/// The law of teachers: they read the examples that the student reads.
template <class InputOfTeacher, class InputOfData>
inline constexpr bool teacher_reads_data = std::is_same_v<InputOfTeacher, InputOfData>;

/// A data set with a teacher's logits for each example, which are asked once, at the start, and kept: rows * classes
/// numbers an example. Rows without a target, those of -1, are not taught either. `data` must outlive it.
template <class Teacher, class Data>
class Taught {
 public:
  using Scalar = typename Teacher::Scalar;
  static constexpr Index rows = Inference<Teacher>::rows, classes = Inference<Teacher>::columns;
  using DataExample = decltype(std::declval<const Data&>().example(0));
  using Input = decltype(DataExample::input);
  using Target = decltype(DataExample::target);
  using Example = data::Example<Input, Pair<Target, Values<rows * classes, Scalar>>>;
  static_assert(teacher_reads_data<typename Teacher::Input, Input>, "the teacher's inputs are not those of the data");
  static_assert(Target::length == rows, "a teacher has a row of logits for each target");

  Taught(const Teacher& teacher, const Data& data)
      : data_(data), logits_(static_cast<std::size_t>(data.size() * rows * classes)) {
    const auto inference = std::make_unique<Inference<Teacher>>(teacher);
    auto* place = logits_.data();
    for (Index number = 0; number < data.size(); ++number) {
      const auto example = data.example(number);
      const Scalar* const found = (*inference)(example.input);
      for (Index row = 0; row < rows; ++row, place += classes) {
        std::copy_n(found + row * classes, classes, place);
        if (example.target[row] < 0) *place = std::numeric_limits<Scalar>::quiet_NaN();
      }
    }
  }
  Taught(const Teacher&, const Data&&) = delete;  // it would be gone before its first example is asked for

  Index size() const { return data_.size(); }
  Example example(Index number) const {
    const auto example = data_.example(number);
    return {example.input, {example.target, {logits_.data() + number * rows * classes}}};
  }
  Token largest_token() const requires requires(const Data& data) { data.largest_token(); }
  { return data_.largest_token(); }
  decltype(auto) order() const requires requires(const Data& data) { data.order(); }
  { return data_.order(); }
  /// The measure of the data set, of a student without its teacher.
  template <class Model>
  double measure(const Student<Model>& student) const requires requires(const Data& data) {
    data.measure(student.model);
  }
  { return data_.measure(student.model); }

 private:
  const Data& data_;
  std::vector<Scalar> logits_;
};

}  // namespace transfix::inline TRANSFIX_ABI
