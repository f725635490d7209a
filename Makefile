# llm_policy - built with PGXS.
#
#   make && sudo make install      build and install for the pg_config in PATH
#   make help                      everything else
#
# Three stages: the core (src/ without src/pg/) becomes an archive that has never seen a PostgreSQL header,
# the server side is compiled with PGXS's flags and linked with it, and the install script is put together
# from sql/.  What only developers need is in mk/.

EXTENSION  = llm_policy
MODULE_big = llm_policy
EXTVERSION   := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" llm_policy.control)
BUILD     ?= build

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# --- Install script ---------------------------------------------------------------------------------------

INSTALL_SQL = $(EXTENSION)--$(EXTVERSION).sql
SQL_TOPICS := $(patsubst %,sql/%.sql,$(shell sed 's/\#.*//' sql/topics))
UPGRADES    = $(wildcard sql/$(EXTENSION)--*--*.sql)
CATALOGUE   = data/model_catalog.csv
DATA_built  = $(INSTALL_SQL)
DATA        = $(UPGRADES)

# --- Server side ------------------------------------------------------------------------------------------

PG_SOURCES = $(sort $(wildcard src/pg/*.c src/pg/sql/*.c))
OBJS       = $(PG_SOURCES:src/%.c=$(BUILD)/server/%.o)
CORE_LIB   = $(BUILD)/core/libllm_policy_core.a

PG_CPPFLAGS = -Isrc
PG_CFLAGS   = -std=gnu11 -fvisibility=hidden
LIBRARIES   = -lyaml -lre2 -lhs -lstdc++ -lm
SHLIB_LINK  = $(CORE_LIB) -Wl,--exclude-libs,ALL $(LIBRARIES)

# --- Vocabularies: lists of tokens become files that backends map ---------------------------------------------

TOKEN_LISTS  = $(sort $(wildcard share/encodings/*.ranks.bin))
VOCABULARIES = $(TOKEN_LISTS:share/encodings/%.ranks.bin=$(BUILD)/encodings/%.tokens)
MAKE_VOCABULARY = $(BUILD)/core/make_vocabulary
VOCABULARY_DIR = $(DESTDIR)$(datadir)/llm_policy

# --- Tests against an installed server --------------------------------------------------------------------

REGRESS        = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS   = --inputdir=test --load-extension=$(EXTENSION)
ISOLATION      = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=$(EXTENSION)

EXTRA_CLEAN = $(BUILD)

# --- Strict build: make DEV=1 -----------------------------------------------------------------------------

ifdef DEV
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wvla -Wformat=2
C_WARNINGS = $(WARNINGS) -Wstrict-prototypes -Wmissing-prototypes
CORE_WARNINGS = $(C_WARNINGS) -Wcast-qual
# Every SQL function has the parameter fcinfo and hooks have the parameters of their type; clang does not know
# all of the warnings that PostgreSQL was configured with for gcc.
PG_CFLAGS += $(C_WARNINGS) -Wno-unused-parameter $(if $(findstring clang,$(CC)),-Wno-unknown-warning-option -Wno-ignored-optimization-argument)
PG_CPPFLAGS += -isystem $(shell $(PG_CONFIG) --includedir-server)
endif

# No JIT bitcode: the inlining of entry points that only call on would not pay for the need of clang.
override with_llvm = no

PG_CONFIG ?= pg_config
export PG_CONFIG
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)
include $(PGXS)
else
# The targets that install what is missing have to work without a server; these do not.
all install uninstall installcheck:
	@echo "No PostgreSQL server headers: '$(PG_CONFIG) --pgxs' names no file." >&2
	@echo "Run test/deps/install build, or pass PG_CONFIG=/path/to/pg_config." >&2
	@exit 1
clean:
	rm -rf $(EXTRA_CLEAN) $(INSTALL_SQL)
endif

include mk/core.mk mk/develop.mk

# --- Rules ------------------------------------------------------------------------------------------------

# Ends with the catalogue of models, as it lies in data/, in a call of what sql/models.sql defines.
$(INSTALL_SQL): $(SQL_TOPICS) sql/topics $(CATALOGUE) llm_policy.control
	@for file in $(filter-out $(SQL_TOPICS) $(UPGRADES),$(wildcard sql/*.sql)); do \
		echo "$$file is not listed in sql/topics" >&2; exit 1; done
	@{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	   cat $(SQL_TOPICS); \
	   echo; echo '-- $(CATALOGUE)'; \
	   echo 'SELECT llm_policy.load_models($$catalogue$$'; cat $(CATALOGUE); echo '$$catalogue$$);'; } > $@

$(OBJS): $(BUILD)/server/%.o: src/%.c $(BUILD)/flags-server
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(MODULE_big)$(DLSUFFIX): $(CORE_LIB)

$(MAKE_VOCABULARY): $(BUILD)/core/tools/make_vocabulary.o $(CORE_LIB)
	$(CC) -o $@ $^ $(LIBRARIES)

$(BUILD)/encodings/%.tokens: share/encodings/%.ranks.bin $(MAKE_VOCABULARY)
	@mkdir -p $(@D)
	$(MAKE_VOCABULARY) $< $@

.PHONY: encodings
encodings: $(VOCABULARIES)
all: encodings

install: install-encodings
uninstall: uninstall-encodings

# A file that backends have mapped is replaced, not written over: install(1) makes a new one.
.PHONY: install-encodings uninstall-encodings
install-encodings: $(VOCABULARIES)
	$(MKDIR_P) '$(VOCABULARY_DIR)'
	$(INSTALL_DATA) $(VOCABULARIES) share/encodings/LICENSES '$(VOCABULARY_DIR)/'
	$(INSTALL_PROGRAM) $(MAKE_VOCABULARY) '$(VOCABULARY_DIR)/'

uninstall-encodings:
	rm -f $(patsubst %,'$(VOCABULARY_DIR)'/%,$(notdir $(VOCABULARIES)) LICENSES make_vocabulary)

# Everything compiled, nothing linked: for checks.
.PHONY: objects
objects: $(CORE_LIB) $(OBJS)

-include $(OBJS:.o=.d)
