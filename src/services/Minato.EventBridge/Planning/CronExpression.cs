using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Minato.EventBridge.Planning;

/// <summary>Six fields: minutes, hours, day of the month, month, day of the week (1 is Sunday), year. UTC; a minute is its finest step.</summary>
internal sealed class CronExpression
{
    private const int FirstYear = 1970;
    private const int LastYear = 2199;
    private static readonly string[] s_months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] s_days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly ImmutableArray<int> _minutes;
    private readonly ImmutableArray<int> _hours;
    private readonly ImmutableHashSet<int> _months;
    private readonly ImmutableHashSet<int> _years;
    private readonly Func<DateOnly, bool> _isDay;

    private CronExpression(ImmutableSortedSet<int> minutes, ImmutableSortedSet<int> hours, IEnumerable<int> months, IEnumerable<int> years, Func<DateOnly, bool> isDay) =>
        (_minutes, _hours, _months, _years, _isDay) = ([.. minutes], [.. hours], [.. months], [.. years], isDay);

    /// <param name="text">What stands between the parentheses.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronExpression? cron)
    {
        cron = null;
        if (text.Split(' ') is not [var minute, var hour, var day, var month, var weekday, var year]) return false;
        // AWS: one of the two days must be left open, and only one.
        if ((day is "?") == (weekday is "?")) return false;
        if (CronField.Parse(minute, 0, 59) is not { } minutes || CronField.Parse(hour, 0, 23) is not { } hours || CronField.Parse(month, 1, 12, s_months, 1) is not { } months
            || CronField.Parse(year, FirstYear, LastYear) is not { } years) return false;
        if ((day is "?" ? CronDays.OfWeek(weekday, s_days) : CronDays.OfMonth(day)) is not { } isDay) return false;
        cron = new(minutes, hours, months, years, isDay);
        return true;
    }

    /// <returns>The first time after <paramref name="after"/>; null when there is none any more.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = after.UtcDateTime.AddTicks(-(after.UtcTicks % TimeSpan.TicksPerMinute)).AddMinutes(1);
        var day = DateOnly.FromDateTime(from);
        var earliest = TimeOnly.FromDateTime(from);
        while (day.Year <= LastYear)
        {
            if (!_years.Contains(day.Year)) day = new(day.Year + 1, 1, 1);
            else if (!_months.Contains(day.Month)) day = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
            else if (_isDay(day) && TimeOn(earliest) is { } time) return new(day.ToDateTime(time), TimeSpan.Zero);
            else day = day.AddDays(1);
            earliest = TimeOnly.MinValue;
        }

        return null;
    }

    private TimeOnly? TimeOn(TimeOnly earliest)
    {
        foreach (var hour in _hours)
        {
            if (hour < earliest.Hour) continue;
            foreach (var minute in _minutes)
            {
                if (hour > earliest.Hour || minute >= earliest.Minute) return new(hour, minute);
            }
        }

        return null;
    }
}

/// <summary>A field that is a set of numbers.</summary>
internal static class CronField
{
    /// <returns>Null when it is none.</returns>
    public static ImmutableSortedSet<int>? Parse(string text, int least, int most, string[]? names = null, int firstName = 0)
    {
        var values = ImmutableSortedSet.CreateBuilder<int>();
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var all] => (all, 1),
                [var some, var every] when Number(every, 1, most) is { } given => (some, given),
                _ => ("", 0),
            };
            if (step == 0 || Range(range, least, most, names, firstName, isOpen: part.Contains('/', StringComparison.Ordinal)) is not { } bounds) return null;
            var (first, last) = bounds;
            // AWS: a range may go over the end, as 20-2 of hours does.
            var length = last >= first ? last - first : last - first + (most - least + 1);
            for (var i = 0; i <= length; i += step) values.Add(least + ((first - least + i) % (most - least + 1)));
        }

        return values.ToImmutable();
    }

    public static int? Value(string text, int least, int most, string[]? names, int firstName)
    {
        var named = names is null ? -1 : Array.FindIndex(names, n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase));
        return named >= 0 ? named + firstName : Number(text, least, most);
    }

    private static (int First, int Last)? Range(string text, int least, int most, string[]? names, int firstName, bool isOpen)
    {
        if (text is "*") return (least, most);
        if (text.Split('-') is [var from, var to] && Value(from, least, most, names, firstName) is { } a && Value(to, least, most, names, firstName) is { } b) return (a, b);
        return Value(text, least, most, names, firstName) is { } one ? (one, isOpen ? most : one) : null;
    }

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}

/// <summary>Days with L, W and #.</summary>
internal static class CronDays
{
    public static Func<DateOnly, bool>? OfMonth(string text)
    {
        if (text is "L") return d => d.Day == DateTime.DaysInMonth(d.Year, d.Month);
        if (text is "LW") return d => d == NearestWeekday(d, DateTime.DaysInMonth(d.Year, d.Month));
        if (text.EndsWith('W')) return CronField.Value(text[..^1], 1, 31, null, 0) is { } near ? d => d == NearestWeekday(d, near) : null;
        return CronField.Parse(text, 1, 31) is { } days ? d => days.Contains(d.Day) : null;
    }

    public static Func<DateOnly, bool>? OfWeek(string text, string[] names)
    {
        if (text is "L") return d => d.DayOfWeek == DayOfWeek.Saturday;
        if (text.EndsWith('L')) return CronField.Value(text[..^1], 1, 7, names, 1) is { } last
            ? d => Number(d) == last && d.Day + 7 > DateTime.DaysInMonth(d.Year, d.Month) : null;
        if (text.Split('#') is [var name, var which])
            return CronField.Value(name, 1, 7, names, 1) is { } day && CronField.Value(which, 1, 5, null, 0) is { } nth ? d => Number(d) == day && (d.Day - 1) / 7 + 1 == nth : null;
        return CronField.Parse(text, 1, 7, names, 1) is { } days ? d => days.Contains(Number(d)) : null;
    }

    private static int Number(DateOnly day) => (int)day.DayOfWeek + 1;

    /// <summary>The weekday nearest to a day, in the same month.</summary>
    private static DateOnly? NearestWeekday(DateOnly of, int day)
    {
        var days = DateTime.DaysInMonth(of.Year, of.Month);
        if (day > days) return null;
        var date = new DateOnly(of.Year, of.Month, day);
        return date.DayOfWeek switch
        {
            DayOfWeek.Saturday => day > 1 ? date.AddDays(-1) : date.AddDays(2),
            DayOfWeek.Sunday => day < days ? date.AddDays(1) : date.AddDays(-2),
            _ => date,
        };
    }
}
