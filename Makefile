# commissioning: PGXS build. See README.md for the two commands that do everything.
EXTENSION = commissioning
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" commissioning.control)

MODULE_big = commissioning
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/types/*.c src/json/*.c src/risk/*.c src/invoice/*.c src/settle/*.c)))

EXTENSION_SCRIPT = commissioning--$(EXTVERSION).sql
UPGRADE_SCRIPTS = $(notdir $(wildcard sql/upgrade/commissioning--*--*.sql))
DATA_built = $(EXTENSION_SCRIPT) $(UPGRADE_SCRIPTS)
SCRIPTS = bin/commissioning-load bin/commissioning-models

PG_CPPFLAGS = -DCOMMISSIONING_VERSION='"$(EXTVERSION)"' -I$(srcdir)/src
# -Wno-declaration-after-statement etc. are never needed: the code follows the server's own style.
# The three exceptions are raised by the server's headers and macros, not by our code.
PG_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -ffp-contract=off $(EXTRA_CFLAGS)

REGRESS = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=btree_gist --load-extension=commissioning
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=btree_gist --load-extension=commissioning

EXTRA_CLEAN = build commissioning--*.sql src/stats/*.o commissioning_stats.so

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Headers are few and small: any change rebuilds all.
$(OBJS): $(sort $(wildcard src/*.h src/*/*.h)) commissioning.control

# The second module: PGXS builds one, so this one has a rule of its own.
STATS_MODULE = commissioning_stats$(DLSUFFIX)
STATS_OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/stats/*.c)))

$(STATS_OBJS): $(sort $(wildcard src/*.h src/stats/*.h)) commissioning.control

# The innermost loops of a fit: products of a row with itself.
src/stats/glm_core.o: CFLAGS += $(CFLAGS_UNROLL_LOOPS) $(CFLAGS_VECTORIZE)
$(STATS_MODULE): $(STATS_OBJS)
	$(CC) $(CFLAGS) -shared -o $@ $^ $(LDFLAGS) $(LDFLAGS_SL) -lgsl -lgslcblas -lm

all: $(STATS_MODULE)
install: install-stats
uninstall: uninstall-stats
.PHONY: install-stats uninstall-stats
install-stats: $(STATS_MODULE) installdirs
	$(INSTALL_SHLIB) $< '$(DESTDIR)$(pkglibdir)/$(STATS_MODULE)'
uninstall-stats:
	rm -f '$(DESTDIR)$(pkglibdir)/$(STATS_MODULE)'

SQL_PARTS = $(sort $(wildcard sql/install/*.sql))
REFERENCE_PARTS = $(sort $(wildcard sql/reference/*.sql))
WAREHOUSE_PARTS = $(sort $(wildcard sql/warehouse/*.sql))

# sql/install/8x and 9x come after the reference facts and the warehouse text, which they may refer to.
$(EXTENSION_SCRIPT): $(SQL_PARTS) $(REFERENCE_PARTS) $(WAREHOUSE_PARTS) sql/warehouse_to_reference.sh commissioning.control
	cat $(filter-out sql/install/8% sql/install/9%,$(SQL_PARTS)) $(REFERENCE_PARTS) > $@.tmp
	sh sql/warehouse_to_reference.sh $(WAREHOUSE_PARTS) >> $@.tmp
	cat $(filter sql/install/8% sql/install/9%,$(SQL_PARTS)) >> $@.tmp
	mv $@.tmp $@

# A step brings the files it names in lines "--@ FILE", so that nothing is written twice; the one that ends at this
# version brings the warehouse text too. At a release the made step replaces its source.
$(UPGRADE_SCRIPTS): %.sql: sql/upgrade/%.sql $(SQL_PARTS) $(REFERENCE_PARTS) $(WAREHOUSE_PARTS) sql/warehouse_to_reference.sh
	awk '/^--@ / { while ((got = (getline line < $$2)) > 0) print line; if (got < 0) { print "no file " $$2 > "/dev/stderr"; exit 1 } next } { print }' $< > $@.tmp
	case $@ in *--$(EXTVERSION).sql) sh sql/warehouse_to_reference.sh --refresh $(WAREHOUSE_PARTS) >> $@.tmp ;; esac
	mv $@.tmp $@

.PHONY: demo test bench
demo:
	bash demo/run
test:
	bash test/run
bench:
	bash test/run bench
