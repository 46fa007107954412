# Prints for each file what SpamAssassin, with its local rules only, scores the e-mail in it, and for which rules.
use strict;
use warnings;
use Mail::SpamAssassin;

my $judge = Mail::SpamAssassin->new({ local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null' });
for my $path (@ARGV) {
    open my $file, '<:raw', $path or die "$path: $!";
    my $mail = $judge->parse([<$file>]);
    my $verdict = $judge->check($mail);
    printf "%.1f %s\n", $verdict->get_score(), $verdict->get_names_of_tests_hit();
    $verdict->finish();
    $mail->finish();
}
