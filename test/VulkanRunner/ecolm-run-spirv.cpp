//===- ecolm-run-spirv.cpp - Runs one kernel on a Vulkan device -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Binds files as storage buffers, dispatches one kernel, writes the files back.
//
//   ecolm-run-spirv --probe
//   ecolm-run-spirv kernels.spv <entry> <x> <y> <z> <buffer file>...
//
// The first form succeeds when a device exists that can run the kernels. Mesa's
// lavapipe is such a device on machines without a GPU.
//
//===----------------------------------------------------------------------===//

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>
#include <vulkan/vulkan.h>

namespace {

[[noreturn]] void fail(const std::string &message) {
  std::fprintf(stderr, "ecolm-run-spirv: %s\n", message.c_str());
  std::exit(1);
}

void check(VkResult result, const char *what) {
  if (result != VK_SUCCESS)
    fail(std::string(what) + " failed with " + std::to_string(result));
}

std::vector<char> readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Buffer {
  std::string path;
  size_t bytes = 0;
  VkBuffer handle = VK_NULL_HANDLE;
  void *mapped = nullptr;
};

/// One device with one queue; freed with the process.
class Runner {
public:
  /// False when no device can run the kernels.
  bool open() {
    VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
    application.apiVersion = VK_API_VERSION_1_2;
    VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pApplicationInfo = &application;
    if (vkCreateInstance(&info, nullptr, &instance) != VK_SUCCESS)
      return false;
    uint32_t count = 0;
    vkEnumeratePhysicalDevices(instance, &count, nullptr);
    std::vector<VkPhysicalDevice> devices(count);
    vkEnumeratePhysicalDevices(instance, &count, devices.data());
    for (VkPhysicalDevice candidate : devices)
      if (isSuitable(candidate)) {
        physical = candidate;
        createDevice();
        return true;
      }
    return false;
  }

  void bind(const std::string &path) {
    std::vector<char> contents = readFile(path);
    Buffer buffer;
    buffer.path = path;
    buffer.bytes = contents.size();
    VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
    info.size = (contents.size() + 3) / 4 * 4;
    info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
    check(vkCreateBuffer(device, &info, nullptr, &buffer.handle),
          "vkCreateBuffer");
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(device, buffer.handle, &needs);
    VkMemoryAllocateInfo allocate{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    allocate.allocationSize = needs.size;
    allocate.memoryTypeIndex = findMemory(needs.memoryTypeBits);
    VkDeviceMemory memory;
    check(vkAllocateMemory(device, &allocate, nullptr, &memory),
          "vkAllocateMemory");
    check(vkBindBufferMemory(device, buffer.handle, memory, 0),
          "vkBindBufferMemory");
    check(vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, &buffer.mapped),
          "vkMapMemory");
    std::memcpy(buffer.mapped, contents.data(), contents.size());
    buffers.push_back(buffer);
  }

  void dispatch(const std::vector<char> &code, const char *entry, uint32_t x,
                uint32_t y, uint32_t z) {
    createLayouts();
    VkPipeline pipeline = createPipeline(code, entry);
    VkDescriptorSet set = createDescriptors();

    VkCommandPoolCreateInfo poolInfo{
        VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    poolInfo.queueFamilyIndex = family;
    VkCommandPool pool;
    check(vkCreateCommandPool(device, &poolInfo, nullptr, &pool),
          "vkCreateCommandPool");
    VkCommandBufferAllocateInfo info{
        VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    info.commandPool = pool;
    info.commandBufferCount = 1;
    VkCommandBuffer commands;
    check(vkAllocateCommandBuffers(device, &info, &commands),
          "vkAllocateCommandBuffers");
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    check(vkBeginCommandBuffer(commands, &begin), "vkBeginCommandBuffer");
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
    vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, layout, 0,
                            1, &set, 0, nullptr);
    vkCmdDispatch(commands, x, y, z);
    check(vkEndCommandBuffer(commands), "vkEndCommandBuffer");

    VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands;
    VkQueue queue;
    vkGetDeviceQueue(device, family, 0, &queue);
    check(vkQueueSubmit(queue, 1, &submit, VK_NULL_HANDLE), "vkQueueSubmit");
    check(vkQueueWaitIdle(queue), "vkQueueWaitIdle");
  }

  void writeBack() {
    for (const Buffer &buffer : buffers) {
      std::ofstream file(buffer.path, std::ios::binary);
      file.write(static_cast<const char *>(buffer.mapped), buffer.bytes);
      if (!file)
        fail("cannot write " + buffer.path);
    }
  }

private:
  bool isSuitable(VkPhysicalDevice candidate) {
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(candidate, &properties);
    if (properties.apiVersion < VK_API_VERSION_1_2)
      return false;
    VkPhysicalDeviceVulkan12Features features12{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceVulkan11Features features11{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, &features12};
    VkPhysicalDeviceFeatures2 features{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features11};
    vkGetPhysicalDeviceFeatures2(candidate, &features);
    if (!features12.shaderInt8 || !features12.storageBuffer8BitAccess ||
        !features.features.shaderInt16 || !features11.storageBuffer16BitAccess)
      return false;
    uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(candidate, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(candidate, &count,
                                             families.data());
    for (family = 0; family < count; ++family)
      if (families[family].queueFlags & VK_QUEUE_COMPUTE_BIT)
        return true;
    return false;
  }

  void createDevice() {
    float priority = 1;
    VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue.queueFamilyIndex = family;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    VkPhysicalDeviceVulkan12Features features12{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    features12.shaderInt8 = features12.storageBuffer8BitAccess = VK_TRUE;
    VkPhysicalDeviceVulkan11Features features11{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, &features12};
    features11.storageBuffer16BitAccess = VK_TRUE;
    VkPhysicalDeviceFeatures2 features{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features11};
    features.features.shaderInt16 = VK_TRUE;
    VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &features};
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    check(vkCreateDevice(physical, &info, nullptr, &device), "vkCreateDevice");
  }

  uint32_t findMemory(uint32_t allowed) {
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                   VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    for (uint32_t type = 0; type < memory.memoryTypeCount; ++type)
      if ((allowed >> type & 1) &&
          (memory.memoryTypes[type].propertyFlags & wanted) == wanted)
        return type;
    fail("no memory that the host sees");
  }

  void createLayouts() {
    std::vector<VkDescriptorSetLayoutBinding> bindings(buffers.size());
    for (size_t index = 0; index < buffers.size(); ++index) {
      bindings[index].binding = index;
      bindings[index].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
      bindings[index].descriptorCount = 1;
      bindings[index].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
    }
    VkDescriptorSetLayoutCreateInfo setInfo{
        VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
    setInfo.bindingCount = bindings.size();
    setInfo.pBindings = bindings.data();
    check(vkCreateDescriptorSetLayout(device, &setInfo, nullptr, &setLayout),
          "vkCreateDescriptorSetLayout");
    VkPipelineLayoutCreateInfo info{
        VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    info.setLayoutCount = 1;
    info.pSetLayouts = &setLayout;
    check(vkCreatePipelineLayout(device, &info, nullptr, &layout),
          "vkCreatePipelineLayout");
  }

  VkPipeline createPipeline(const std::vector<char> &code, const char *entry) {
    std::vector<uint32_t> words(code.size() / 4);
    std::memcpy(words.data(), code.data(), words.size() * 4);
    VkShaderModuleCreateInfo module{
        VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
    module.codeSize = words.size() * 4;
    module.pCode = words.data();
    VkShaderModule shader;
    check(vkCreateShaderModule(device, &module, nullptr, &shader),
          "vkCreateShaderModule");
    VkComputePipelineCreateInfo info{
        VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = shader;
    info.stage.pName = entry;
    info.layout = layout;
    VkPipeline pipeline;
    check(vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &info, nullptr,
                                   &pipeline),
          "vkCreateComputePipelines");
    return pipeline;
  }

  VkDescriptorSet createDescriptors() {
    VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                              uint32_t(buffers.size())};
    VkDescriptorPoolCreateInfo info{
        VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    info.maxSets = 1;
    info.poolSizeCount = 1;
    info.pPoolSizes = &size;
    VkDescriptorPool pool;
    check(vkCreateDescriptorPool(device, &info, nullptr, &pool),
          "vkCreateDescriptorPool");
    VkDescriptorSetAllocateInfo allocate{
        VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    allocate.descriptorPool = pool;
    allocate.descriptorSetCount = 1;
    allocate.pSetLayouts = &setLayout;
    VkDescriptorSet set;
    check(vkAllocateDescriptorSets(device, &allocate, &set),
          "vkAllocateDescriptorSets");
    for (size_t index = 0; index < buffers.size(); ++index) {
      VkDescriptorBufferInfo range{buffers[index].handle, 0, VK_WHOLE_SIZE};
      VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
      write.dstSet = set;
      write.dstBinding = index;
      write.descriptorCount = 1;
      write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
      write.pBufferInfo = &range;
      vkUpdateDescriptorSets(device, 1, &write, 0, nullptr);
    }
    return set;
  }

  VkInstance instance = VK_NULL_HANDLE;
  VkPhysicalDevice physical = VK_NULL_HANDLE;
  VkDevice device = VK_NULL_HANDLE;
  uint32_t family = 0;
  VkDescriptorSetLayout setLayout = VK_NULL_HANDLE;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  std::vector<Buffer> buffers;
};

} // namespace

int main(int argc, char **argv) {
  Runner runner;
  bool found = runner.open();
  if (argc == 2 && std::string(argv[1]) == "--probe")
    return found ? 0 : 1;
  if (argc < 7)
    fail("expected a module, an entry point, three sizes and buffer files");
  if (!found)
    fail("no device can run the kernels");
  for (int index = 6; index < argc; ++index)
    runner.bind(argv[index]);
  runner.dispatch(readFile(argv[1]), argv[2], std::atoi(argv[3]),
                  std::atoi(argv[4]), std::atoi(argv[5]));
  runner.writeBack();
}
