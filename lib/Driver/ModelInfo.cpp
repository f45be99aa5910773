//===- ModelInfo.cpp - What a program says of itself ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Counts weights and layers of a compiled model.
//
//===----------------------------------------------------------------------===//

#include "ModelInfo.h"
#include "ecolm/Analysis/RecognitionReport.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// Weights of one number format.
struct FormatCount {
  int64_t elements = 0;
  int64_t bytes = 0;
};

} // namespace

static StringRef getFormatName(Type element) {
  if (isa<TernaryType>(element))
    return "ternary";
  if (isa<PotType>(element))
    return "power of two";
  return element.isF32() ? "f32" : "integer";
}

static std::string getString(ModuleOp module, StringRef name,
                             StringRef otherwise) {
  auto attr = module->getAttrOfType<StringAttr>(name);
  return attr ? attr.getValue().str() : otherwise.str();
}

ModelInfo ecolm::describeModel(ModuleOp module, const CompileOptions &options,
                               const WeightSectionInfo &section) {
  llvm::MapVector<StringRef, FormatCount> formats;
  FormatCount all;
  // A low-bit weight meets one activation per token, and selects, adds or
  // shifts it where a float weight would multiply.
  int64_t removed = 0;
  for (auto weight : module.getOps<WeightOp>()) {
    auto type = cast<RankedTensorType>(weight.getType());
    int64_t bytes =
        weight->getAttrOfType<IntegerAttr>("ecolm.bytes").getInt();
    if (isa<TernaryType, PotType>(type.getElementType()))
      removed += type.getNumElements();
    for (FormatCount *count : {&formats[getFormatName(type.getElementType())],
                               &all}) {
      count->elements += type.getNumElements();
      count->bytes += bytes;
    }
  }
  int64_t layers = 0;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    layers += function->hasAttr("ecolm.quantized");

  llvm::json::Object json;
  std::string text;
  auto add = [&](StringRef key, llvm::json::Value value, const Twine &shown) {
    text += (key + ": " + shown + "\n").str();
    json[key] = std::move(value);
  };
  auto addString = [&](StringRef key, std::string value) {
    add(key, value, value);
  };
  auto bitsOf = [](const FormatCount &count) {
    return count.elements ? 8.0 * count.bytes / count.elements : 0.0;
  };
  addString("name", getString(module, "ecolm.name", "model"));
  addString("model sha256", getString(module, "onnx.model_sha256", "unknown"));
  addString("weights sha256", llvm::toHex(section.sha256, /*LowerCase=*/true));
  addString("compiler", ("ecolm " + getCompilerVersion()).str());
  addString("target cpu", options.target.cpu);
  add("quantized linear layers", layers, Twine(layers));
  add("weight multiplications removed per token", removed, Twine(removed));
  add("weights", all.elements, Twine(all.elements));
  add("weight bytes", all.bytes, Twine(all.bytes));
  for (auto &[name, count] : formats) {
    add((name + " weights").str(), count.elements,
        Twine(count.elements) + ", " +
            llvm::formatv("{0:F2}", bitsOf(count)).str() + " bits each");
    json[(name + " bits per weight").str()] = bitsOf(count);
  }
  add("bits per weight", bitsOf(all), llvm::formatv("{0:F2}", bitsOf(all)).str());
  if (auto report = module->getAttrOfType<StringAttr>(kRecognitionAttrName)) {
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(report);
    if (value)
      json["recognition"] = std::move(*value);
    else
      llvm::consumeError(value.takeError());
  }
  return {text, llvm::formatv("{0:2}", llvm::json::Value(std::move(json)))};
}

void ecolm::writeModelHeader(ModuleOp module, raw_ostream &out) {
  bool languageModel =
      module.lookupSymbol<LLVM::LLVMFuncOp>("ecolm_forward") != nullptr;
  out << "/* A model compiled by ecolm " << getCompilerVersion() << ".\n"
      << " * ecolm_model_descriptor says what it takes and gives; the types "
         "are in ecolm/Runtime/Model.h.\n */\n"
      << "#ifndef ECOLM_COMPILED_MODEL_H\n#define ECOLM_COMPILED_MODEL_H\n\n"
      << "#include \"ecolm/Runtime/Model.h\"\n\n"
      << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  if (languageModel)
    out << "int32_t ecolm_forward(const int64_t *ids, int64_t count, int64_t "
           "position,\n                      float *logits, void *cache, void "
           "*workspace);\n";
  else
    out << "int32_t ecolm_run(const ecolm_tensor *inputs, ecolm_tensor "
           "*outputs);\n";
  out << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}
