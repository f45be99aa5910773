//===- TensorImporterTest.cpp - Tensors without a payload -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The importer trusts no index into the file that the wire scanner did not
// give out.
//
//===----------------------------------------------------------------------===//

#include "TensorImporter.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace ecolm;

namespace {

TEST(TensorImporter, RefusesPayloadsThatTheScannerDidNotFind) {
  MLIRContext context;
  context.loadDialect<ecolm::onnx::ONNXDialect>();
  std::string message, error;
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  auto file = ModelFile::open("/proc/self/exe", "", error);
  ASSERT_TRUE(file) << error;
  Limits limits;
  ImportContext import(&context, *file, limits);
  const ByteRange payloads[] = {{0, 4}};
  import.payloads = payloads;

  ::onnx::TensorProto tensor;
  tensor.set_name("w");
  tensor.set_data_type(::onnx::TensorProto::FLOAT);
  tensor.add_dims(1);
  auto importIndex = [&](const std::string &index) {
    tensor.set_raw_data(index);
    return succeeded(importTensor(import, tensor, import.fileLoc()));
  };
  EXPECT_TRUE(importIndex(std::string(8, '\0')));
  for (const std::string &index :
       {std::string("\1\0\0\0\0\0\0\0", 8), std::string(8, '\xff'),
        std::string("four")}) {
    message.clear();
    EXPECT_FALSE(importIndex(index));
    EXPECT_EQ(message, "tensor 'w' has a payload that the reader did not find");
  }
}

} // namespace
