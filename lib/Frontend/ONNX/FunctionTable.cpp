//===- FunctionTable.cpp - Functions that the model defines -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Indexes model-local functions by domain, name and overload.
//
//===----------------------------------------------------------------------===//

#include "FunctionTable.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

using namespace mlir;
using ecolm::onnx::quoteName;

namespace ecolm {

/// The parts joined by a byte that no identifier holds.
static std::string makeKey(StringRef domain, StringRef name,
                           StringRef overload) {
  return (normalizeDomain(domain) + Twine('\0') + name + Twine('\0') + overload)
      .str();
}

LogicalResult readOpsets(
    const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &list,
    OpsetVersions &versions, Location loc) {
  for (const auto &entry : list) {
    StringRef domain = normalizeDomain(entry.domain());
    auto [slot, isNew] = versions.try_emplace(domain, entry.version());
    if (!isNew && slot->second != entry.version())
      return emitError(loc)
             << "domain " << quoteName(domain) << " is imported in versions "
             << slot->second << " and " << entry.version() << "; keep one";
    if (entry.version() < 1)
      return emitError(loc)
             << "domain " << quoteName(domain) << " is imported in version "
             << entry.version() << "; expected at least 1";
  }
  return success();
}

LogicalResult FunctionTable::build(ImportContext &import,
                                   const ::onnx::ModelProto &model) {
  Location loc = import.fileLoc();
  if (static_cast<uint64_t>(model.functions_size()) >
      import.limits.maxFunctions)
    return emitLimitError(loc) << "the model has " << model.functions_size()
                               << " functions, more than the limit of "
                               << import.limits.maxFunctions;
  for (const auto &proto : model.functions()) {
    if (proto.domain() == onnx::kEcoLMDomain)
      continue;
    std::string key = makeKey(proto.domain(), proto.name(), proto.overload());
    auto [slot, isNew] = functions.try_emplace(key);
    if (!isNew)
      return emitError(loc)
             << "function " << quoteName(proto.name()) << " of domain "
             << quoteName(proto.domain()) << " is defined twice; remove one";
    if (static_cast<uint64_t>(proto.attribute_size() +
                              proto.attribute_proto_size()) >
        import.limits.maxAttributes)
      return emitLimitError(loc) << "function " << quoteName(proto.name())
                                 << " has more attributes than the limit of "
                                 << import.limits.maxAttributes;
    ModelFunction &function = slot->second;
    function.proto = &proto;
    if (failed(readOpsets(proto.opset_import(), function.opsets, loc)))
      return failure();
    for (const auto &info : proto.value_info())
      function.types.try_emplace(info.name(), &info.type());
  }
  return success();
}

const ModelFunction *FunctionTable::find(const ::onnx::NodeProto &node) const {
  auto found =
      functions.find(makeKey(node.domain(), node.op_type(), node.overload()));
  return found == functions.end() ? nullptr : &found->second;
}

} // namespace ecolm
