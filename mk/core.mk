# The core: every room of src/ but src/pg/, compiled with no PostgreSQL directory among its include paths, so
# that a header of the server cannot slip in.  The rooms that end in .cc wrap a C++ library behind a C header.
#
# The same sources are built once for each variant below, into $(BUILD)/<variant>/.

CORE_ROOMS   = $(filter-out pg cli gateway,$(patsubst src/%/,%,$(wildcard src/*/)))
CORE_SOURCES = $(sort $(wildcard $(CORE_ROOMS:%=src/%/*.c)))
CORE_WRAPPED = $(sort $(wildcard $(CORE_ROOMS:%=src/%/*.cc)))
UNIT_SOURCES = $(sort $(wildcard test/unit/*.c) test/reference/naive_tokens.c)
FUZZ_SOURCES = $(sort $(wildcard test/fuzz/fuzz_*.c))
CONFORMANCE_SOURCES = $(sort $(wildcard test/conformance/*.c test/reference/*.c))
PROPERTY_SOURCES = $(sort $(wildcard test/property/*.c test/reference/*.c))

CORE_CC    = $(CC)
CORE_CXX   = $(if $(findstring clang,$(CC)),clang++,g++)
CORE_COMMON = -O2 -g -fPIC -fvisibility=hidden -fno-omit-frame-pointer -fstack-protector-strong -Wall -Isrc
CORE_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L $(CORE_COMMON) $(CORE_WARNINGS)
CORE_CXXFLAGS = -std=c++17 $(CORE_COMMON) $(WARNINGS)

SANITIZE = -O1 -fsanitize=address,undefined -fno-sanitize-recover=all

# $(call core_variant,NAME,CC,CXX,EXTRA FLAGS): the archive, and whatever programs of the tests link with it.
define core_variant
CORE_OBJS_$(1) := $$(CORE_SOURCES:src/%.c=$$(BUILD)/$(1)/%.o) $$(CORE_WRAPPED:src/%.cc=$$(BUILD)/$(1)/%.o)

$$(BUILD)/$(1)/libllm_policy_core.a: $$(CORE_OBJS_$(1))
	@mkdir -p $$(@D)
	rm -f $$@
	$$(AR) crs $$@ $$^

$$(BUILD)/$(1)/%.o: src/%.c $$(BUILD)/flags-core
	@mkdir -p $$(@D)
	$(2) $$(CORE_CFLAGS) $(4) -MMD -MP -c $$< -o $$@

$$(BUILD)/$(1)/%.o: src/%.cc $$(BUILD)/flags-core
	@mkdir -p $$(@D)
	$(3) $$(CORE_CXXFLAGS) $(4) -MMD -MP -c $$< -o $$@

$$(BUILD)/$(1)/test/%.o: test/%.c $$(BUILD)/flags-core
	@mkdir -p $$(@D)
	$(2) $$(CORE_CFLAGS) $(4) -Itest/unit -Itest/reference -MMD -MP -c $$< -o $$@

$$(BUILD)/$(1)/tools/%.o: tools/%.c $$(BUILD)/flags-core
	@mkdir -p $$(@D)
	$(2) $$(CORE_CFLAGS) $(4) -MMD -MP -c $$< -o $$@

$$(BUILD)/$(1)/unit: $$(UNIT_SOURCES:test/%.c=$$(BUILD)/$(1)/test/%.o) $$(BUILD)/$(1)/libllm_policy_core.a
	$(2) $(4) -o $$@ $$^ $$(LIBRARIES)

$$(BUILD)/$(1)/conformance: $$(CONFORMANCE_SOURCES:test/%.c=$$(BUILD)/$(1)/test/%.o) \
		$$(BUILD)/$(1)/libllm_policy_core.a
	$(2) $(4) -o $$@ $$^ $$(LIBRARIES)

$$(BUILD)/$(1)/property: $$(PROPERTY_SOURCES:test/%.c=$$(BUILD)/$(1)/test/%.o) \
		$$(BUILD)/$(1)/libllm_policy_core.a
	$(2) $(4) -o $$@ $$^ $$(LIBRARIES)

$$(BUILD)/$(1)/bench_tokens: $$(BUILD)/$(1)/test/bench/tokens.o $$(BUILD)/$(1)/libllm_policy_core.a
	$(2) $(4) -o $$@ $$^ $$(LIBRARIES)

-include $$(CORE_OBJS_$(1):.o=.d) $$(wildcard $$(BUILD)/$(1)/test/*/*.d)
endef

$(eval $(call core_variant,core,$$(CORE_CC),$$(CORE_CXX),))
$(eval $(call core_variant,asan,$$(CORE_CC),$$(CORE_CXX),$$(SANITIZE)))
# Small sets get a deep index, and few literals several databases.
$(eval $(call core_variant,tiny,$$(CORE_CC),$$(CORE_CXX),-DLLP_TINY_LIMITS))
$(eval $(call core_variant,tiny-asan,$$(CORE_CC),$$(CORE_CXX),$$(SANITIZE) -DLLP_TINY_LIMITS))
$(eval $(call core_variant,coverage,gcc,g++,-O0 --coverage))
$(eval $(call core_variant,fuzz,clang,clang++,$$(SANITIZE) -fsanitize=fuzzer-no-link))

# Each entry point of hostile bytes is a program of its own.
$(BUILD)/fuzz/fuzz_tokens: $(BUILD)/fuzz/test/reference/naive_tokens.o
$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/test/fuzz/fuzz_%.o $(BUILD)/fuzz/libllm_policy_core.a
	clang $(SANITIZE) -fsanitize=fuzzer -o $@ $^ $(LIBRARIES)

# Objects depend on the flags they were made with: DEV=1, another compiler or another server rebuild them.
.PHONY: FORCE
FORCE:
$(BUILD)/flags-core: FLAGS_NOW = $(CORE_CC) $(CORE_CXX) $(CORE_CFLAGS) $(CORE_CXXFLAGS)
$(BUILD)/flags-server: FLAGS_NOW = $(CC) $(CPPFLAGS) $(CFLAGS) $(PGXS)
$(BUILD)/flags-core $(BUILD)/flags-server: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@
