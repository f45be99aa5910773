//===- ModelInputsTest.cpp - Models that break their word -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Files for models without inputs, results that are no tensors, and sizes that
// no memory holds.
//
//===----------------------------------------------------------------------===//

#include "ModelInputs.h"
#include "Commands.h"
#include "gtest/gtest.h"

#include <string>

using namespace ecolm::runtime;

namespace {

const ecolm_tensor_spec result = {"y", ECOLM_F32, 1, {4}};

/// A sound model without inputs.
ecolm_model constantModel(int32_t (*run)(const ecolm_tensor *,
                                         ecolm_tensor *)) {
  ecolm_model model = {};
  model.abi_version = ECOLM_ABI_VERSION;
  model.name = "constant";
  model.info_text = model.info_json = "";
  model.num_outputs = 1;
  model.outputs = &result;
  model.run = run;
  return model;
}

TEST(ModelInputs, OfAModelWithoutAny) {
  ecolm_model model =
      constantModel([](const ecolm_tensor *, ecolm_tensor *) { return 0; });
  Array<const char *> files;
  files.push("x.npy");
  TensorList tensors(0);
  Status status = loadInputs(model, files, tensors);
  EXPECT_EQ(status.code(), ExitCode::Usage);
  EXPECT_NE(std::string(status.message()).find("with one of no inputs at all"),
            std::string::npos);
}

TEST(RunModel, RefusesResultsThatAreNoTensors) {
  TensorList inputs(0), outputs(1);
  // Nothing was written: dimensions of zero, and with them no data.
  ecolm_model model =
      constantModel([](const ecolm_tensor *, ecolm_tensor *results) {
        results[0].dims[0] = 4;
        return 0;
      });
  Status status = runModel(model, inputs, outputs);
  EXPECT_EQ(status.code(), ExitCode::ModelFailure);
  EXPECT_NE(std::string(status.message())
                .find("the model returned no valid tensor for output 'y'"),
            std::string::npos);
}

TEST(Tensor, SizesThatNoMemoryHolds) {
  Tensor tensor;
  const int64_t overflowing[2] = {INT64_MAX, 2}, huge[1] = {INT64_C(1) << 58};
  EXPECT_STREQ(tensor.allocate(ECOLM_F32, overflowing, 2, "'x'").message(),
               "the size of 'x' overflows 64 bits");
  EXPECT_STREQ(tensor.allocate(ECOLM_F32, huge, 1, "'x'").message(),
               "not enough memory: 'x' needs 1152921504606846976 bytes");
}

TEST(SelfTest, SaysThatItsLogitsDoNotFit) {
  const ecolm_tensor_spec ids = {"ids", ECOLM_I64, 2, {1, -1}};
  const ecolm_tensor_spec logits = {"logits", ECOLM_F32, 3, {1, -1, -1}};
  ecolm_language_model language = {INT64_C(1) << 50,
                                   8,
                                   4,
                                   64,
                                   64,
                                   [](const int64_t *, int64_t, int64_t,
                                      float *, void *,
                                      void *) -> int32_t { return ECOLM_OK; }};
  ecolm_model model = constantModel(nullptr);
  model.num_inputs = 1;
  model.inputs = &ids;
  model.outputs = &logits;
  model.language_model = &language;
  Status status = selfTest(model, Arguments());
  EXPECT_EQ(status.code(), ExitCode::ModelFailure);
  EXPECT_NE(std::string(status.message())
                .find("not enough memory: the self-test's logits needs"),
            std::string::npos)
      << status.message();
}

} // namespace
