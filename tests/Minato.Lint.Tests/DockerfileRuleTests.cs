using Minato.Lint.Rules;

namespace Minato.Lint.Tests;

/// <summary>For each code: a file that has the fault, beside its sound twin.</summary>
public sealed class DockerfileRuleTests
{
    private const string Home = "/root";

    [Theory]
    [InlineData("DL3000", "WORKDIR app", "WORKDIR /app")]
    [InlineData("DL3000", "WORKDIR app", "WORKDIR ${HOME}")]
    [InlineData("DL3001", "RUN ps aux", "RUN echo ps")]
    [InlineData("DL3002", "USER root", "USER root\nUSER app")]
    [InlineData("DL3002", "USER 0:0", "USER 10:0")]
    [InlineData("DL3003", "RUN cd /app && make", "WORKDIR /app\nRUN make")]
    [InlineData("DL3004", "RUN sudo make", "RUN make # no sudo")]
    [InlineData("DL3008", "RUN apt-get install -y curl", "RUN apt-get install -y curl=8.1")]
    [InlineData("DL3009", "RUN apt-get install -y a=1", "RUN apt-get install -y a=1 && rm -rf /var/lib/apt/lists/*")]
    [InlineData("DL3009", "RUN apt-get install -y a=1", "RUN --mount=type=cache,target=/var/lib/apt apt-get install -y a=1")]
    [InlineData("DL3011", "EXPOSE 70000", "EXPOSE 8080-8090/udp")]
    [InlineData("DL3012", "HEALTHCHECK CMD a\nHEALTHCHECK CMD b", "HEALTHCHECK CMD a")]
    [InlineData("DL3013", "RUN pip install flask", "RUN pip install flask==3.0")]
    [InlineData("DL3013", "RUN python3 -m pip install flask", "RUN pip install -r requirements.txt")]
    [InlineData("DL3014", "RUN apt-get install a=1", "RUN apt-get install -qy a=1")]
    [InlineData("DL3015", "RUN apt-get install -y a=1", "RUN apt-get install -y --no-install-recommends a=1")]
    [InlineData("DL3016", "RUN npm install express", "RUN npm install express@4.18.2")]
    [InlineData("DL3016", "RUN npm install @types/node", "RUN npm install @types/node@20")]
    [InlineData("DL3018", "RUN apk add --no-cache curl", "RUN apk add --no-cache curl=8.5.0-r0")]
    [InlineData("DL3018", "RUN apk add --no-cache --virtual .b curl", "RUN apk add --no-cache --virtual .b curl~8")]
    [InlineData("DL3019", "RUN apk add curl=8", "RUN apk add --no-cache curl=8")]
    [InlineData("DL3020", "ADD app /app", "ADD app.tar.gz /app")]
    [InlineData("DL3021", "COPY a b /c", "COPY a b /c/")]
    [InlineData("DL3022", "COPY --from=buidl /a /b", "COPY --from=nginx:1 /a /b")]
    [InlineData("DL3025", "CMD node app.js", "CMD [\"node\", \"app.js\"]")]
    [InlineData("DL3027", "RUN apt install -y a", "RUN apt-get install -y a")]
    [InlineData("DL3028", "RUN gem install rails", "RUN gem install rails:7")]
    [InlineData("DL3030", "RUN yum install a-1", "RUN yum install -y a-1")]
    [InlineData("DL3032", "RUN yum install -y a-1", "RUN yum install -y a-1 && yum clean all")]
    [InlineData("DL3033", "RUN yum install -y httpd", "RUN yum install -y httpd-2.4.6")]
    [InlineData("DL3035", "RUN zypper dup", "RUN zypper clean")]
    [InlineData("DL3036", "RUN zypper install -y a=1", "RUN zypper install -y a=1 && zypper clean")]
    [InlineData("DL3037", "RUN zypper install -y a", "RUN zypper install -y a=1")]
    [InlineData("DL3040", "RUN dnf install -y a-1", "RUN dnf install -y a-1 && rm -rf /var/cache/dnf")]
    [InlineData("DL3041", "RUN microdnf install -y httpd", "RUN microdnf install -y httpd-2.4")]
    [InlineData("DL3042", "RUN pip install a==1", "RUN pip install --no-cache-dir a==1")]
    [InlineData("DL3042", "RUN pip install a==1", "RUN --mount=type=cache,target=" + Home + "/.cache/pip pip install a==1")]
    [InlineData("DL3043", "ONBUILD FROM x", "ONBUILD RUN x")]
    [InlineData("DL3044", "ENV A=1 B=$A", "ENV A=1\nENV B=$A")]
    [InlineData("DL3044", "ENV A=1 B=${A}/bin", "ENV PATH=$PATH:/x B=$AB")]
    [InlineData("DL3045", "COPY a b", "WORKDIR /w\nCOPY a b")]
    [InlineData("DL3046", "RUN useradd -u 1234567 x", "RUN useradd -l -u 1234567 x")]
    [InlineData("DL3047", "RUN wget http://x", "RUN wget -nv http://x")]
    [InlineData("DL3057", "CMD [\"a\"]", "HEALTHCHECK NONE")]
    [InlineData("DL3059", "RUN a\nRUN b", "RUN a\nUSER x\nRUN b")]
    [InlineData("DL3060", "RUN yarn install", "RUN yarn install && yarn cache clean")]
    [InlineData("DL3062", "RUN go install example.com/x@latest", "RUN go install example.com/x@v1.2.3")]
    [InlineData("DL3064", "ENV DB_PASSWORD=x", "ENV DB_PASSWORD_FILE=/run/x")]
    [InlineData("DL3064", "ARG NPM_TOKEN", "RUN --mount=type=secret,id=npm x")]
    [InlineData("DL4000", "MAINTAINER me", "LABEL maintainer=me")]
    [InlineData("DL4001", "RUN curl x\nRUN wget -q y", "RUN curl x && curl y")]
    [InlineData("DL4003", "CMD [\"a\"]\nCMD [\"b\"]", "CMD [\"a\"]")]
    [InlineData("DL4004", "ENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]", "ENTRYPOINT [\"a\"]")]
    [InlineData("DL4005", "RUN ln -sf /bin/bash /bin/sh", "SHELL [\"/bin/bash\", \"-c\"]")]
    [InlineData("DL4006", "RUN a | b", "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b")]
    [InlineData("DL4006", "RUN a | b", "RUN set -o pipefail && a | b")]
    [InlineData("MIN1000", "RUNN x", "RUN x")]
    [InlineData("MIN1002", "RUN apt-get install -y gcc=1", "RUN apt-get install -y libgcc-s1=1")]
    [InlineData("MIN1003", "COPY . .\nRUN npm ci", "COPY package-lock.json .\nRUN npm ci\nCOPY . .")]
    [InlineData("MIN1005", "RUN npm ci", "RUN npm ci --omit=dev")]
    [InlineData("MIN1007", "CMD [\"a\"]", "USER 1000")]
    [InlineData("MIN1009", "RUN npm ci", "RUN --mount=type=cache,target=" + Home + "/.npm npm ci")]
    [InlineData("MIN1010", "RUN curl -fsSL https://x | bash", "RUN curl -fsSL https://x -o y")]
    [InlineData("MIN1011", "RUN chmod -R 777 /app", "RUN chmod 755 /app")]
    [InlineData("MIN1012", "RUN <<EOF\na\nb\nEOF", "RUN <<EOF\nset -eu\na\nb\nEOF")]
    [InlineData("MIN1014", "ADD https://x/y /z", "ADD --checksum=sha256:00 https://x/y /z")]
    [InlineData("MIN1015", "COPY big.zip /tmp/\nRUN rm /tmp/big.zip", "COPY big.zip /tmp/\nRUN unzip /tmp/big.zip")]
    [InlineData("MIN1016", "RUN chown -R a /app", "COPY --chown=a app /app")]
    public void A_fault_is_found_and_its_sound_twin_passes(string code, string fault, string sound)
    {
        Codes("FROM debian:12.7-slim\n" + fault).ShouldContain(code);
        Codes("FROM debian:12.7-slim\n" + sound).ShouldNotContain(code);
    }

    [Theory]
    [InlineData("DL3006", "FROM debian", "FROM debian:12")]
    [InlineData("DL3006", "FROM localhost:5000/a", "FROM localhost:5000/a:1")]
    [InlineData("DL3006", "ARG I=debian\nFROM $I", "ARG I=debian:12\nFROM $I")]
    [InlineData("DL3006", "FROM a:1 AS b\nFROM c", "FROM a:1 AS b\nFROM b")]
    [InlineData("DL3007", "FROM debian:latest", "FROM debian:latest@sha256:00")]
    [InlineData("DL3023", "FROM a:1\nFROM b:1 AS x\nCOPY --from=x /a /b", "FROM a:1 AS x\nFROM b:1\nCOPY --from=x /a /b")]
    [InlineData("DL3024", "FROM a:1 AS x\nFROM b:1 AS X", "FROM a:1 AS x\nFROM b:1 AS y")]
    [InlineData("DL3029", "FROM --platform=linux/amd64 a:1", "FROM --platform=$BUILDPLATFORM a:1")]
    [InlineData("DL3061", "RUN x\nFROM a:1", "ARG X\nFROM a:1")]
    [InlineData("DL3067", "FROM a:1 AS b\nFROM c:1\nCOPY --from=b / /", "FROM a:1 AS b\nFROM scratch\nCOPY --from=b / /")]
    [InlineData("MIN1001", "FROM golang:1.22", "FROM golang:1.22 AS b\nFROM scratch")]
    [InlineData("MIN1001", "FROM golang:1.22 AS b\nFROM b", "FROM mcr.example.com/dotnet/aspnet:8.0")]
    [InlineData("MIN1004", "FROM a:1\nFROM b:1\nCOPY --from=0 /a /b", "FROM a:1 AS x\nFROM b:1\nCOPY --from=x /a /b")]
    [InlineData("MIN1008", "FROM a:1", "FROM a:1@sha256:00")]
    [InlineData("MIN1013", "FROM debian:12", "FROM debian:12-slim")]
    public void A_fault_of_stages_is_found_and_its_sound_twin_passes(string code, string fault, string sound)
    {
        Codes(fault).ShouldContain(code);
        Codes(sound).ShouldNotContain(code);
    }

    [Fact]
    public void Registries_that_are_not_trusted_are_found()
    {
        var around = new DockerfileSurroundings(["registry.example.com"], null);
        DockerfileRules.Check("FROM debian:12", "D", around).Select(f => f.Rule.Code).ShouldContain("DL3026");
        DockerfileRules.Check("FROM registry.example.com/debian:12", "D", around).Select(f => f.Rule.Code).ShouldNotContain("DL3026");
    }

    [Fact]
    public void A_missing_dockerignore_matters_to_those_who_copy_everything()
    {
        DockerfileRules.Check("FROM a:1\nCOPY . /x/", "D", new([], false)).Select(f => f.Rule.Code).ShouldContain("MIN1006");
        DockerfileRules.Check("FROM a:1\nCOPY . /x/", "D", new([], true)).Select(f => f.Rule.Code).ShouldNotContain("MIN1006");
        DockerfileRules.Check("FROM a:1\nCOPY x /x/", "D", new([], false)).Select(f => f.Rule.Code).ShouldNotContain("MIN1006");
    }

    [Fact]
    public void Comments_take_a_rule_back_for_the_next_instruction_alone()
    {
        Codes("# hadolint ignore=DL3007,MIN1008\nFROM debian:latest\n").ShouldNotContain("DL3007");
        Codes("# minato ignore=DL3000\nFROM a:1\nWORKDIR x").ShouldContain("DL3000");
        Codes("# hadolint global ignore=DL3000\nFROM a:1\nWORKDIR x").ShouldNotContain("DL3000");
    }

    [Fact]
    public void A_careful_file_has_nothing_to_be_found()
    {
        const string file = """
            # syntax=docker/dockerfile:1
            FROM golang:1.22@sha256:aa AS build
            WORKDIR /src
            COPY go.mod go.sum ./
            RUN --mount=type=cache,target=/go/pkg/mod go mod download
            COPY cmd ./cmd
            RUN --mount=type=cache,target=/cache/go-build CGO_ENABLED=0 go build -o /app ./cmd/app
            FROM gcr.example.com/distroless/static:nonroot@sha256:bb
            COPY --from=build /app /app
            USER 65532
            HEALTHCHECK CMD ["/app", "health"]
            ENTRYPOINT ["/app"]
            """;
        DockerfileRules.Check(file, "Dockerfile", new([], true)).ShouldBeEmpty();
    }

    /// <summary>Every rule explains itself.</summary>
    [Fact]
    public void Every_rule_has_a_reason_and_a_remedy() =>
        RuleBook.All.ShouldAllBe(r => r.Title.Length > 5 && r.Why.EndsWith('.') && r.Fix.EndsWith('.'));

    private static List<string> Codes(string text) => [.. DockerfileRules.Check(text, "Dockerfile", DockerfileSurroundings.Unknown).Select(f => f.Rule.Code)];
}
