// SPDX-License-Identifier: MIT
// The products of benchmarks/products.hpp on one thread, ours next to those of the libraries that were found:
//   gemm --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
#include "../../products.hpp"

#ifdef PEERS_OPENBLAS
#include <cblas.h>
#endif
#ifdef PEERS_EIGEN
#include <Eigen/Core>
#endif

namespace {

using namespace benchmarks;

#ifdef PEERS_OPENBLAS
struct OpenBlas {
  static constexpr const char* name = "OpenBLAS";
  template <Product Size>
  static void multiply(const float* a, const float* b, float* c, bool accumulates, float*) {
    constexpr bool a_lies = Size.a_depth == 1, b_lies = Size.b_column == 1;
    const auto number = [](Index size) { return static_cast<blasint>(size); };
    cblas_sgemm(CblasRowMajor, a_lies ? CblasNoTrans : CblasTrans, b_lies ? CblasNoTrans : CblasTrans,
                number(Size.rows), number(Size.columns), number(Size.depth), 1, a,
                number(a_lies ? Size.a_row : Size.a_depth), b, number(b_lies ? Size.b_depth : Size.b_column),
                accumulates ? 1 : 0, c, number(Size.c_row));
  }
};
#endif

#ifdef PEERS_EIGEN
struct EigenProducts {
  static constexpr const char* name = "Eigen";
  template <Index Row, Index Column>
  using Matrix = Eigen::Map<
      const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Column == 1 ? Eigen::RowMajor : Eigen::ColMajor>>;
  template <Product Size>
  static void multiply(const float* a, const float* b, float* c, bool accumulates, float*) {
    const Matrix<Size.a_row, Size.a_depth> left(a, Size.rows, Size.depth);
    const Matrix<Size.b_depth, Size.b_column> right(b, Size.depth, Size.columns);
    Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> result(c, Size.rows,
                                                                                             Size.columns);
    if (accumulates) {
      result.noalias() += left * right;
    } else {
      result.noalias() = left * right;
    }
  }
};
#endif

}  // namespace

int main(int argument_count, char** arguments) {
#ifdef PEERS_OPENBLAS
  openblas_set_num_threads(1);
#endif
  add_products<Transfix
#ifdef PEERS_OPENBLAS
               ,
               OpenBlas
#endif
#ifdef PEERS_EIGEN
               ,
               EigenProducts
#endif
               >();
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
