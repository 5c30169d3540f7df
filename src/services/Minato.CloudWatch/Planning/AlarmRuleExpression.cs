using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Planning;

/// <summary>The rule of a composite alarm: whether it holds, given the states of other alarms.</summary>
internal abstract record AlarmRuleExpression
{
    public abstract bool Holds(Func<string, StateValue?> stateOf);

    /// <summary>Names or ARNs of the alarms that it asks about.</summary>
    public abstract IEnumerable<string> Alarms { get; }

    /// <exception cref="FormatException">It is no rule.</exception>
    public static AlarmRuleExpression Parse(string text) => new AlarmRuleReader(text).Read();

    internal sealed record Constant(bool Value) : AlarmRuleExpression
    {
        public override IEnumerable<string> Alarms => [];

        public override bool Holds(Func<string, StateValue?> stateOf) => Value;
    }

    internal sealed record In(string Alarm, StateValue State) : AlarmRuleExpression
    {
        public override IEnumerable<string> Alarms => [Alarm];

        public override bool Holds(Func<string, StateValue?> stateOf) => stateOf(Alarm) == State;
    }

    internal sealed record Not(AlarmRuleExpression Of) : AlarmRuleExpression
    {
        public override IEnumerable<string> Alarms => Of.Alarms;

        public override bool Holds(Func<string, StateValue?> stateOf) => !Of.Holds(stateOf);
    }

    internal sealed record All(ImmutableArray<AlarmRuleExpression> Of) : AlarmRuleExpression
    {
        public override IEnumerable<string> Alarms => Of.SelectMany(o => o.Alarms);

        public override bool Holds(Func<string, StateValue?> stateOf) => Of.All(o => o.Holds(stateOf));
    }

    internal sealed record Any(ImmutableArray<AlarmRuleExpression> Of) : AlarmRuleExpression
    {
        public override IEnumerable<string> Alarms => Of.SelectMany(o => o.Alarms);

        public override bool Holds(Func<string, StateValue?> stateOf) => Of.Any(o => o.Holds(stateOf));
    }

    internal sealed record AtLeast(int Least, bool IsPercent, StateValue State, ImmutableArray<string> Of) : AlarmRuleExpression
    {
        public override IEnumerable<string> Alarms => Of;

        public override bool Holds(Func<string, StateValue?> stateOf)
        {
            var count = Of.Count(a => stateOf(a) == State);
            return IsPercent ? count * 100 >= Least * Of.Length : count >= Least;
        }
    }
}

/// <summary>Reads rules by descent: OR binds least, then AND, then NOT.</summary>
internal sealed class AlarmRuleReader(string text)
{
    private const int Deepest = 100;
    private int _at;
    private int _depth;

    public AlarmRuleExpression Read()
    {
        var rule = Or();
        SkipBlanks();
        return _at == text.Length ? rule : throw Fault();
    }

    private AlarmRuleExpression Or() => Several("OR", And, some => new AlarmRuleExpression.Any(some));

    private AlarmRuleExpression And() => Several("AND", Not, some => new AlarmRuleExpression.All(some));

    private static AlarmRuleExpression Joined(List<AlarmRuleExpression> some, Func<ImmutableArray<AlarmRuleExpression>, AlarmRuleExpression> join) =>
        some.Count == 1 ? some[0] : join([.. some]);

    private AlarmRuleExpression Several(string word, Func<AlarmRuleExpression> part, Func<ImmutableArray<AlarmRuleExpression>, AlarmRuleExpression> join)
    {
        var some = new List<AlarmRuleExpression> { part() };
        while (TakeWord(word)) some.Add(part());
        return Joined(some, join);
    }

    private AlarmRuleExpression Not()
    {
        if (++_depth > Deepest) throw Fault();
        var read = TakeWord("NOT") ? new AlarmRuleExpression.Not(Not()) : Primary();
        _depth--;
        return read;
    }

    private AlarmRuleExpression Primary()
    {
        if (Take('('))
        {
            var inner = Or();
            Demand(')');
            return inner;
        }

        if (TakeWord("TRUE")) return new AlarmRuleExpression.Constant(true);
        if (TakeWord("FALSE")) return new AlarmRuleExpression.Constant(false);
        if (TakeWord("AT_LEAST")) return AtLeast();
        var state = State();
        Demand('(');
        var alarm = Name();
        Demand(')');
        return new AlarmRuleExpression.In(alarm, state);
    }

    private AlarmRuleExpression.AtLeast AtLeast()
    {
        Demand('(');
        SkipBlanks();
        var start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        if (!int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var least)) throw Fault();
        var isPercent = Take('%');
        Demand(',');
        var state = State();
        Demand(',');
        Demand('(');
        var alarms = ImmutableArray.CreateBuilder<string>();
        do alarms.Add(Name());
        while (Take(','));
        Demand(')');
        Demand(')');
        return new(least, isPercent, state, alarms.ToImmutable());
    }

    private StateValue State() => TakeWord("ALARM") ? StateValue.Alarm : TakeWord("OK") ? StateValue.Ok : TakeWord("INSUFFICIENT_DATA") ? StateValue.InsufficientData : throw Fault();

    // AWS: a name with blanks, brackets or commas stands in quotes.
    private string Name()
    {
        SkipBlanks();
        if (_at < text.Length && text[_at] is '"' or '\'')
        {
            var end = text.IndexOf(text[_at], _at + 1);
            if (end < 0) throw Fault();
            var quoted = text[(_at + 1)..end];
            _at = end + 1;
            return quoted;
        }

        var start = _at;
        while (_at < text.Length && text[_at] is not (' ' or '(' or ')' or ',' or '\n' or '\t' or '\r')) _at++;
        return _at > start ? text[start.._at] : throw Fault();
    }

    private bool TakeWord(string word)
    {
        SkipBlanks();
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0) return false;
        var end = _at + word.Length;
        if (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) return false;
        _at = end;
        return true;
    }

    private bool Take(char c)
    {
        SkipBlanks();
        if (_at >= text.Length || text[_at] != c) return false;
        _at++;
        return true;
    }

    private void Demand(char c)
    {
        if (!Take(c)) throw Fault();
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }

    private FormatException Fault() => new($"AlarmRule has a syntax error at position {_at.ToString(CultureInfo.InvariantCulture)}.");
}
