# perl examples.pl DIR FILE.md...            runs the ```sql blocks of the files, in order, in one psql session each file,
#                                            and compares what they print with the ```text block that follows.
# perl examples.pl --write DIR FILE.md...    writes what they print into the files instead.
# DIR is where psql runs (the county's files). Prints TAP. The database is that of the environment.
use strict;
use warnings;

my $write = @ARGV && $ARGV[0] eq '--write' ? shift @ARGV : '';
my ($dir, @files) = @ARGV;
my ($tests, $failed) = (0, 0);
my $mark = 'example-output-ends-here';

# blocks(text): [{lang, body, start, length}] of the fenced blocks.
sub blocks {
	my ($text) = @_;
	my @found;
	while ($text =~ /^```(\w+)\n(.*?)^```$/msg) {
		push @found, { lang => $1, body => $2, start => $-[2], length => length $2 };
	}
	return @found;
}

# run(sql...): what psql prints for each, all in one session.
sub run {
	my $script = "$dir/examples.sql";
	open my $out, '>:utf8', $script or die "$script: $!";
	print $out "$_\\echo $mark\n" for @_;
	close $out;
	# notices tell progress and differ from run to run; a page that shows them turns them on
	my $printed = `cd '$dir' && PGOPTIONS='-c client_min_messages=warning' psql -Xq -P pager=off -v SHOW_CONTEXT=never -f examples.sql 2>&1`;
	unlink $script;
	utf8::decode($printed);
	$printed =~ s/^psql:examples\.sql:\d+: //mg;
	my @parts = split /^$mark\n/m, $printed, -1;
	return @parts;
}

sub trimmed { my $t = shift; $t =~ s/[ \t]+$//mg; $t =~ s/\n+\z/\n/; return $t; }

binmode STDOUT, ':utf8';
for my $file (@files) {
	open my $in, '<:utf8', $file or die "$file: $!";
	my $text = do { local $/; <$in> };
	close $in;
	my @all = blocks($text);
	my @sql = grep { $all[$_]{lang} eq 'sql' } 0 .. $#all;
	my @printed = run(map { $all[$_]{body} } @sql);
	my @edits;
	for my $n (0 .. $#sql) {
		my $next = $all[ $sql[$n] + 1 ];
		my $got = trimmed($printed[$n] // "psql stopped\n");
		my $line = 1 + (substr($text, 0, $all[ $sql[$n] ]{start}) =~ tr/\n//);
		my ($name) = $file =~ m{([^/]+)$};
		$tests++;
		if (!$next || $next->{lang} ne 'text') {
			my $bad = $got =~ /^ERROR|^FATAL|^error: |^commissioning-load: |command not found/m;
			$failed++ if $bad;
			print $bad ? 'not ' : '', "ok $tests - $name line $line runs\n";
			if ($bad) { my $why = $got; $why =~ s/^/# /mg; print $why; }
		}
		elsif ($write) {
			push @edits, [ $next, $got ];
			print "ok $tests - $name line $line written\n";
		}
		else {
			my $same = $got eq trimmed($next->{body});
			$failed++ unless $same;
			print $same ? '' : 'not ', "ok $tests - $name line $line prints what the page shows\n";
			if (!$same) { my $why = $got; $why =~ s/^/# /mg; print $why; }
		}
	}
	if (@edits) {
		substr($text, $_->[0]{start}, $_->[0]{length}) = $_->[1] for reverse @edits;
		open my $out, '>:utf8', $file or die "$file: $!";
		print $out $text;
		close $out;
	}
}
print "1..$tests\n";
exit($failed != 0);
