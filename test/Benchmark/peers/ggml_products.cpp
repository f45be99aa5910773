//===- ggml_products.cpp - Products of ggml and ik_llama.cpp --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A graph of ggml_mul_mat with as many matrices as asked for, each in memory of
// its own, on ggml's processor backend. Matrices lie where llama.cpp puts them,
// thus repacked if the engine has a layout of its own for their type. The
// engine quantizes the input for every product: that is part of its operation.
//
//     ggml_products tq2_0 N K rows count threads   prints seconds for one pass
//     ggml_products q4_0 SHAPES rows threads       the same
//
// All matrices of a shape have one content, quantized once: quantizing hundreds
// takes longer than measuring them.
//
//===----------------------------------------------------------------------===//

#include "../time_calls.h"
#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "ggml.h"
#include "products.h"
#if __has_include("ggml-cpu.h")
#include "ggml-cpu.h"
#else
/// ik_llama.cpp has ggml as it was before its processor backend was a part.
#define ECOLM_PEER_IK
#endif

namespace {
/// The type that ggml calls `name`.
ggml_type typeNamed(const char *name) {
  for (int i = 0; i < GGML_TYPE_COUNT; ++i) {
    const char *other = ggml_type_name(static_cast<ggml_type>(i));
    if (other && std::strcmp(other, name) == 0)
      return static_cast<ggml_type>(i);
  }
  std::fprintf(stderr, "expected a type of ggml, but found %s\n", name);
  std::exit(2);
}

/// `matrix` as ggml stores it.
std::vector<char> quantize(ggml_type type, const std::vector<float> &matrix,
                           int64_t n, int64_t k) {
  std::vector<char> bytes(ggml_row_size(type, k) * n);
#ifdef ECOLM_PEER_IK
  ggml_quantize_chunk(type, matrix.data(), bytes.data(), 0, n, k, nullptr,
                      nullptr);
#else
  ggml_quantize_chunk(type, matrix.data(), bytes.data(), 0, n, k, nullptr);
#endif
  return bytes;
}

/// Where the matrix of `product` lies best: in a layout of the processor's
/// backend if that multiplies so, as llama.cpp decides it.
ggml_backend_buffer_type_t placeOf(ggml_backend_t backend,
                                   ggml_tensor *product) {
#ifndef ECOLM_PEER_IK
  ggml_backend_dev_t device = ggml_backend_get_device(backend);
  auto getExtra = reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(
      ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(device),
                                        "ggml_backend_dev_get_extra_bufts"));
  for (auto *place = getExtra ? getExtra(device) : nullptr; place && *place;
       ++place) {
    ggml_backend_buffer_t buffer = ggml_backend_buft_alloc_buffer(*place, 0);
    product->src[0]->buffer = buffer;
    bool fits = ggml_backend_dev_supports_op(device, product);
    product->src[0]->buffer = nullptr;
    ggml_backend_buffer_free(buffer);
    if (fits)
      return *place;
  }
#endif
  return ggml_backend_get_default_buffer_type(backend);
}

/// The products of one shape.
struct Products {
  Shape shape;
  std::vector<ggml_tensor *> matrices, inputs, outputs;
};

/// A context for `count` tensors and a graph of them, without their values.
ggml_context *contextFor(int64_t count) {
  return ggml_init({count * ggml_tensor_overhead() +
                        ggml_graph_overhead_custom(count, false),
                    nullptr, true});
}

/// Adds the products of `shape` to `graph`.
Products addProducts(Shape shape, int64_t rows, ggml_type type,
                     ggml_context *weights, ggml_context *context,
                     ggml_cgraph *graph) {
  Products products = {shape, {}, {}, {}};
  for (int64_t i = 0; i < shape.count; ++i) {
    if (i % kReaders == 0)
      products.inputs.push_back(
          ggml_new_tensor_2d(context, GGML_TYPE_F32, shape.k, rows));
    ggml_tensor *matrix = ggml_new_tensor_2d(weights, type, shape.k, shape.n);
    products.matrices.push_back(matrix);
    products.outputs.push_back(
        ggml_mul_mat(context, matrix, products.inputs.back()));
    ggml_build_forward_expand(graph, products.outputs.back());
  }
  return products;
}

/// Gives matrices and inputs their values.
void setValues(const Products &products, ggml_type type,
               const std::vector<float> &matrix,
               const std::vector<float> &input) {
  std::vector<char> bytes =
      quantize(type, matrix, products.shape.n, products.shape.k);
  for (ggml_tensor *tensor : products.matrices)
    ggml_backend_tensor_set(tensor, bytes.data(), 0, bytes.size());
  for (ggml_tensor *tensor : products.inputs)
    ggml_backend_tensor_set(tensor, input.data(), 0, 4 * input.size());
}
} // namespace

int main(int count, char **arguments) {
  ggml_type type = typeNamed(count > 1 ? arguments[1] : "");
  Work work = readWork(count - 2, arguments + 2);
  int64_t tensors = 0;
  for (Shape &shape : work.shapes) {
    // Repacked kernels take eight rows at a time: a head of 50257 is padded.
    shape.n = (shape.n + 7) / 8 * 8;
    tensors += 3 * shape.count;
  }
  ggml_backend_t backend = ggml_backend_cpu_init();
  ggml_backend_cpu_set_n_threads(backend, work.threads);
  ggml_context *weights = contextFor(tensors), *context = contextFor(tensors);
  ggml_cgraph *graph = ggml_new_graph_custom(context, tensors, false);
  std::vector<Products> all;
  for (Shape shape : work.shapes)
    all.push_back(addProducts(shape, work.rows, type, weights, context, graph));
  ggml_backend_alloc_ctx_tensors_from_buft(weights,
                                           placeOf(backend, all[0].outputs[0]));
  ggml_backend_alloc_ctx_tensors(context, backend);
  for (const Products &products : all)
    setValues(products, type, ternaryMatrix(products.shape.n, products.shape.k),
              inputRows(work.rows, products.shape.k));

  double seconds = medianSeconds(
      [&] { ggml_backend_graph_compute(backend, graph); }, kPasses);

  // Four bits have a smallest value of -1 and a largest of 7/8.
  double bound = type == GGML_TYPE_Q4_0 ? 0.15 : 0.02;
  for (const Products &products : all) {
    auto [n, k, unused] = products.shape;
    std::vector<float> matrix = ternaryMatrix(n, k);
    std::vector<float> input = inputRows(work.rows, k);
    std::vector<float> output(n * work.rows);
    for (ggml_tensor *tensor : products.outputs) {
      ggml_backend_tensor_get(tensor, output.data(), 0, 4 * output.size());
      checkProduct(matrix, input, output.data(), n, k, work.rows, bound);
    }
  }
  std::printf("%.6g\n", seconds);
  return 0;
}
