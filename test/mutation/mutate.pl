#!/usr/bin/perl
# mutate.pl TOP WORK [FILES]: mutation test of the pure C cores, as TAP.
# TOP is the checkout, WORK a directory to build in, FILES a pattern that narrows the cores down (while writing tests).
#
# A mutant is one core with one integer or character constant or one operator changed.  Mutants that do not compile
# or whose object file equals the original's are drawn anew.  Array dimensions in declarations are left alone: a longer
# buffer changes nothing, a shorter one is for the sanitisers of the unit tests, which these runs do without.  A mutant is killed when a unit test that can reach the
# core fails, crashes or runs for more than ten seconds; what survives is printed with its place.
use strict;
use warnings;
use File::Path qw(make_path);
use POSIX qw(_exit);

my ($top, $work, $files) = @ARGV;
my $wanted = 200;
my $floor = 0.90;
my $workers = 2;
my @compile = qw(gcc -std=gnu11 -O1 -w -Isrc -Itest/unit -c);

chdir $top or die "$top: $!";
make_path($work);
srand 20240401;

sub slurp { my ($path) = @_; open my $in, '<:raw', $path or die "$path: $!"; local $/; return <$in> }
sub spew { my ($path, $text) = @_; open my $out, '>:raw', $path or die "$path: $!"; print $out $text; close $out or die }
sub flat { my ($path) = @_; $path =~ tr{/}{_}; return $path }

my @cores = sort glob 'src/*/*_core.c';
my @tests = sort glob 'test/unit/*.c';
my %source = map { $_ => slurp($_) } @cores;

# A header may stand for several cores: those without one of their own belong to the first that they name.
my %part_of;
for my $core (@cores) {
	next if -e $core =~ s/\.c$/.h/r;
	push @{ $part_of{$1} }, $core if $source{$core} =~ /^#include "(\w+\/\w+_core)\.h"/m;
}

# The cores that a file reaches through the headers it names, itself included.
sub reached {
	my ($file, $seen) = @_;
	for my $header (slurp($file) =~ /^#include "(\w+\/\w+_core)\.h"/mg) {
		my $core = "src/$header.c";
		next if $seen->{$core}++;
		-e and reached($_, $seen) for "src/$header.h", $core;
		$seen->{$_}++ or reached($_, $seen) for @{ $part_of{$header} // [] };
	}
	return $seen;
}
my %reach = map { $_ => reached($_, {}) } @tests;

# Every place that can change: [core, offset, length, replacement].
my %swap = (
	'<' => '<=', '<=' => '<', '>' => '>=', '>=' => '>', '==' => '!=', '!=' => '==', '&&' => '||', '||' => '&&',
	'+' => '-', '-' => '+', '*' => '/', '/' => '*', '%' => '/', '++' => '--', '--' => '++', '+=' => '-=', '-=' => '+=',
	'*=' => '/=', '/=' => '*=', '<<' => '>>', '>>' => '<<', '&' => '|', '|' => '&', '|=' => '&=', '&=' => '|=', '^' => '&',
);

# The dimensions in a line that declares arrays, as a set of offsets.
sub dimensions {
	my ($text) = @_;
	my %inside;
	while ($text =~ /^(?<declared>\s*(?!return|else|case|goto|sizeof)\w+(?:\s+\**\w+)+\[[^=;\n]*)[=;]/gm) {
		my ($at, $declared) = ($-[0], $+{declared});
		while ($declared =~ /\[([^\]]*)\]/g) { $inside{$_} = 1 for $at + $-[1] .. $at + $+[1] - 1 }
	}
	return \%inside;
}

sub places {
	my ($core) = @_;
	my $text = $source{$core};
	my $dimension = dimensions($text);
	my @places;
	while ($text =~ m{
		\G(?: (?<skip> \s+ | /\*.*?\*/ | //[^\n]* | ^\#include[^\n]* | "(?:\\.|[^"\\])*" | [A-Za-z_]\w* | -> | \.\.\. )
		  | (?<number> 0[xX][0-9a-fA-F]+ | \d+(?!\w*[.eE]) )[uUlL]*
		  | (?<float> \d*\.\d+(?:[eE][-+]?\d+)?[fFlL]? | \d+\.?(?:[eE][-+]?\d+)?[fFlL]? )
		  | (?<char> '(?:[^'\\]|\\.)' )
		  | (?<operator> <<= | >>= | [<>=!+\-*/|&]= | \+\+ | -- | << | >> | && | \|\| | [<>+\-*/%&|^] )
		  | . )}gsmx) {
		my $at = $-[0];
		next if $dimension->{$at};
		if (defined $+{number}) {
			my $n = $+{number};
			no warnings 'portable';
			my $value = $n =~ /^0x/i ? hex $n : $n;
			push @places, [$core, $at, length $n, $value + 1];
			push @places, [$core, $at, length $n, $value - 1] if $value > 0;
		}
		elsif (defined(my $char = $+{char})) {
			push @places, [$core, $at, 3, sprintf "'%c'", 1 + ord substr $char, 1] if $char =~ /^'[0-9A-Za-y]'$/;
		}
		elsif (defined(my $float = $+{float})) {
			push @places, [$core, $at, length $float, "(1.25 * $float)"] if $float =~ /[1-9]/;
		}
		elsif (defined $+{operator} && $swap{ $+{operator} }) {
			push @places, [$core, $at, length $+{operator}, $swap{ $+{operator} }];
		}
	}
	return @places;
}

# Objects of the unchanged cores and of the tests; every test must pass before any verdict means something.
sub object { my ($path) = @_; return "$work/" . flat($path) . '.o' }
for my $path (@cores, @tests) {
	system(@compile, '-o', object($path), $path) == 0 or die "cannot compile $path\n";
}

# noticed TEST CORE OBJECT NAME: link the test with the cores, CORE replaced by OBJECT; does it fail?
sub noticed {
	my ($test, $core, $object, $name) = @_;
	my $program = "$work/$name";
	my @objects = map { $_ eq $core ? $object : object($_) } @cores;
	system('gcc', '-o', $program, object($test), @objects, '-lm') == 0 or return 1;
	return system("ulimit -v 4000000; exec timeout -k 1 10 $program >/dev/null 2>&1") != 0;
}

my $number = 0;
my $failures = 0;
sub ok { my ($pass, $name) = @_; $number++; print $pass ? '' : 'not ', "ok $number - $name\n"; $failures++ unless $pass }

$| = 1;
my @broken = grep { noticed($_, '', '', 'unchanged') } @tests;
ok(!@broken, "the tests pass on the unchanged cores@{[map { qq( [not $_]) } @broken]}");

my @places = map { places($_) } grep { !defined $files || /$files/ } @cores;
for (my $i = $#places; $i > 0; $i--) {
	my $j = int rand($i + 1);
	@places[$i, $j] = @places[$j, $i];
}

# judge PLACE NAME: undef when the mutant does not count, else 1 for killed and 0 for survived.
sub judge {
	my ($place, $name) = @_;
	my ($core, $at, $length, $new) = @$place;
	my $text = $source{$core};
	my $file = "$work/$name.c";
	my $object = "$work/$name.o";
	my ($folder) = $core =~ m{(.*)/};
	substr($text, $at, $length) = $new;
	spew($file, $text);
	system("@compile -I$folder -o $object $file 2>/dev/null") == 0 or return undef;
	# Debug information is off, but the file's name is in the symbol table.
	system('objcopy', '--strip-unneeded', $object, "$object.stripped");
	system('objcopy', '--strip-unneeded', object($core), "$object.original");
	return undef if slurp("$object.stripped") eq slurp("$object.original");
	for my $test (grep { $reach{$_}{$core} } @tests) {
		return 1 if noticed($test, $core, $object, $name);
	}
	return 0;
}

# Each worker takes its share of the shuffled places until it has judged its share of the mutants.
sub work {
	my ($worker, $out) = @_;
	my $judged = 0;
	for (my $i = $worker; $i < @places && $judged < $wanted / $workers; $i += $workers) {
		my ($core, $at, $length, $new) = @{ $places[$i] };
		my $killed = judge($places[$i], "mutant$worker");
		next unless defined $killed;
		$judged++;
		my $line = 1 + (substr($source{$core}, 0, $at) =~ tr/\n//);
		my $old = substr $source{$core}, $at, $length;
		print $out join("\t", $killed, $core, $line, $old, $new), "\n";
	}
	close $out;
}

my @readers;
for my $worker (0 .. $workers - 1) {
	pipe my $in, my $out or die $!;
	my $pid = fork // die $!;
	if ($pid == 0) { close $in; work($worker, $out); _exit(0) }
	close $out;
	push @readers, $in;
}
my @verdicts = map { my $in = $_; map { chomp; [split /\t/] } <$in> } @readers;
1 while wait != -1;

my (%all, %killed);
for (@verdicts) { $all{ $_->[1] }++; $killed{ $_->[1] } += $_->[0] }
my $kills = grep { $_->[0] } @verdicts;
my %tested = map { $_ => 1 } map { keys %{ $reach{$_} } } @tests;
printf "# %-36s %3d of %3d killed%s\n", $_, $killed{$_}, $all{$_}, $tested{$_} ? '' : ': no unit test reaches this core' for sort keys %all;
for (sort { $a->[1] cmp $b->[1] || $a->[2] <=> $b->[2] } grep { !$_->[0] && $tested{ $_->[1] } } @verdicts) {
	my (undef, $core, $line, $old, $new) = @$_;
	my $code = (split /\n/, $source{$core})[$line - 1];
	$code =~ s/^\s+//;
	print "# survived: $core:$line  $old -> $new  in  $code\n";
}
ok(@verdicts >= $wanted || defined $files, "$wanted mutants were judged");
ok(@verdicts && $kills >= $floor * @verdicts, sprintf '%d of %d mutants killed, at least %d %% asked', $kills, scalar @verdicts, 100 * $floor);
print "1..$number\n";
exit($failures ? 1 : 0);
